create or replace function app_private.tg_users__revoke_invitations()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if OLD.deactivated_at is null and NEW.deactivated_at is not null
    or OLD.deleted_at is null and NEW.deleted_at is not null
  then
    update app_public.invitations as i
    set revoked_at = statement_timestamp()
    where i.invited_by = NEW.id and i.accepted_at is null and i.revoked_at is null;
  end if;
  return null;
end
$$;
comment on function app_private.tg_users__revoke_invitations() is
  'Takes back the open invitations of a person who is deactivated or deleted.';

drop trigger if exists _510_revoke_invitations on app_public.users;
create trigger _510_revoke_invitations
  after update on app_public.users
  for each row execute function app_private.tg_users__revoke_invitations();
alter function app_private.tg_users__revoke_invitations() owner to fluence_definer;
