comment on table app_public.invitations is
  'One row per invitation into an organization, also when it is accepted, revoked or over.';
comment on column app_public.invitations.id is 'Key.';
comment on column app_public.invitations.organization_id is 'Into which organization.';
comment on column app_public.invitations.role is 'The role that accepting it gives.';
comment on column app_public.invitations.invited_by is 'Who invited.';
comment on column app_public.invitations.created_at is 'When.';
comment on column app_public.invitations.expires_at is 'Until when it can be accepted.';
comment on column app_public.invitations.accepted_at is 'When it was accepted.';
comment on column app_public.invitations.accepted_by is 'Who accepted it.';
comment on column app_public.invitations.revoked_at is 'When it was taken back.';
