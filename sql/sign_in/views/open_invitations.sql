create or replace view app_public.open_invitations
with (security_invoker = true) as
select
  v.id,
  v.mail,
  v.role,
  v.invited_by,
  v.created_at,
  v.expires_at
from app_private.visible_invitations() as v;

comment on view app_public.open_invitations is
  E'@primaryKey id\n'
  'One row per invitation into the organization that can still be accepted.';
comment on column app_public.open_invitations.id is
  'Number by which revoke_invitation() takes it back.';
comment on column app_public.open_invitations.mail is 'Where it was sent.';
comment on column app_public.open_invitations.role is 'Role that it gives.';
comment on column app_public.open_invitations.invited_by is 'Who invited.';
comment on column app_public.open_invitations.created_at is 'When.';
comment on column app_public.open_invitations.expires_at is 'Until when it can be accepted.';

grant select on app_public.open_invitations to fluence_admin;
