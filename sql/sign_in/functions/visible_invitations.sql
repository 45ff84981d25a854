create or replace function app_private.visible_invitations()
returns table (
  id bigint,
  mail text,
  role app_public.user_role_enum,
  invited_by bigint,
  created_at timestamptz,
  expires_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select i.id, k.mail::text, i.role, i.invited_by, i.created_at, i.expires_at
  from app_public.invitations as i
  join app_private.invitation_mails as k on k.invitation_id = i.id
  where i.organization_id = (select app_public.current_organization_id())
    and i.accepted_at is null
    and i.revoked_at is null
    and i.expires_at > statement_timestamp()
$$;
comment on function app_private.visible_invitations() is
  'The open invitations of the calling admin''s organization, with the addresses.';
grant execute on function app_private.visible_invitations() to fluence_admin;
alter function app_private.visible_invitations() owner to fluence_definer;
