create or replace function app_private.tg_users__keep_an_admin()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization_id bigint;
begin
  if OLD.deactivated_at is null and NEW.deactivated_at is not null
    or OLD.deleted_at is null and NEW.deleted_at is not null
  then
    -- In the order of their numbers, so that two who go at once do not wait for each other.
    for v_organization_id in
      select m.organization_id
      from app_public.memberships as m
      where m.user_id = NEW.id and m.role = 'admin' and m.ended_at is null
      order by m.organization_id
    loop
      perform app_private.keep_an_admin(v_organization_id, NEW.id);
    end loop;
  end if;
  return NEW;
end
$$;
comment on function app_private.tg_users__keep_an_admin() is
  'Refuses to deactivate or delete a person who is the last admin of an organization.';

drop trigger if exists _100_keep_an_admin on app_public.users;
create trigger _100_keep_an_admin
  before update on app_public.users
  for each row execute function app_private.tg_users__keep_an_admin();

create or replace function app_private.tg_users__end_access()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if OLD.deactivated_at is null and NEW.deactivated_at is not null
    or OLD.deleted_at is null and NEW.deleted_at is not null
  then
    update app_private.sessions as s
    set revoked_at = statement_timestamp()
    where NEW.id in (s.user_id, s.created_by) and s.revoked_at is null;
    update app_private.database_logins as l
    set revoked_at = statement_timestamp()
    where l.revoked_at is null
      and (
        l.created_by = NEW.id
        or l.membership_id in (
          select m.id from app_public.memberships as m where m.user_id = NEW.id
        )
      );
  end if;
  return null;
end
$$;
comment on function app_private.tg_users__end_access() is
  'Ends the sessions and database logins of a person who is deactivated or deleted, and the API '
  'keys and database logins that this person has made.';

drop trigger if exists _500_end_access on app_public.users;
create trigger _500_end_access
  after update on app_public.users
  for each row execute function app_private.tg_users__end_access();
alter function app_private.tg_users__keep_an_admin() owner to fluence_definer;
alter function app_private.tg_users__end_access() owner to fluence_definer;
