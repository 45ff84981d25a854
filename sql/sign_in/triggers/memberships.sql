create or replace function app_private.tg_memberships__revoke_invitations()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if OLD.ended_at is null and NEW.ended_at is not null then
    update app_public.invitations as i
    set revoked_at = statement_timestamp()
    where i.invited_by = NEW.user_id
      and i.organization_id = NEW.organization_id
      and i.accepted_at is null
      and i.revoked_at is null;
  end if;
  return null;
end
$$;
comment on function app_private.tg_memberships__revoke_invitations() is
  'Takes back, with a membership, the open invitations of this member: else who is removed comes '
  'back by one of them.';

drop trigger if exists _510_revoke_invitations on app_public.memberships;
create trigger _510_revoke_invitations
  after update on app_public.memberships
  for each row execute function app_private.tg_memberships__revoke_invitations();
alter function app_private.tg_memberships__revoke_invitations() owner to fluence_definer;
