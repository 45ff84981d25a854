create or replace function app_private.tg_memberships__keep_an_admin()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if OLD.role = 'admin' and OLD.ended_at is null and NEW.ended_at is not null then
    perform app_private.keep_an_admin(OLD.organization_id, OLD.user_id);
  end if;
  return NEW;
end
$$;
comment on function app_private.tg_memberships__keep_an_admin() is
  'Refuses to end the membership of the last admin.';

drop trigger if exists _100_keep_an_admin on app_public.memberships;
create trigger _100_keep_an_admin
  before update on app_public.memberships
  for each row execute function app_private.tg_memberships__keep_an_admin();

create or replace function app_private.tg_memberships__end_access()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if OLD.ended_at is null and NEW.ended_at is not null then
    update app_private.sessions as s
    set revoked_at = statement_timestamp()
    where (
        s.membership_id = NEW.id
        or (s.created_by = NEW.user_id and s.organization_id = NEW.organization_id)
      )
      and s.revoked_at is null;
    update app_private.database_logins as l
    set revoked_at = statement_timestamp()
    where (
        l.membership_id = NEW.id
        or (l.created_by = NEW.user_id and l.organization_id = NEW.organization_id)
      )
      and l.revoked_at is null;
  end if;
  return null;
end
$$;
comment on function app_private.tg_memberships__end_access() is
  'Ends with a membership the sessions and database logins that stand on it, and the API keys and '
  'database logins that this member has made and so has seen.';

drop trigger if exists _500_end_access on app_public.memberships;
create trigger _500_end_access
  after update on app_public.memberships
  for each row execute function app_private.tg_memberships__end_access();
alter function app_private.tg_memberships__keep_an_admin() owner to fluence_definer;
alter function app_private.tg_memberships__end_access() owner to fluence_definer;
