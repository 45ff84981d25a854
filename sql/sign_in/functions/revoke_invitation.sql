create or replace function app_public.revoke_invitation(invitation_id bigint)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  update app_public.invitations as i
  set revoked_at = statement_timestamp()
  where i.id = revoke_invitation.invitation_id
    and i.organization_id = v_admin.organization_id
    and i.accepted_at is null
    and i.revoked_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no open invitation %s.', revoke_invitation.invitation_id),
      hint = 'Check the id.';
  end if;
end
$$;
comment on function app_public.revoke_invitation(bigint) is
  'Takes an invitation back that was not accepted yet.';
grant execute on function app_public.revoke_invitation(bigint) to fluence_admin;
alter function app_public.revoke_invitation(bigint) owner to fluence_definer;
