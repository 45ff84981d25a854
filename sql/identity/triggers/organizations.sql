-- A check constraint must not ask the list of time zones, which changes with the system; so the
-- zone is checked when it is written.
create or replace function app_private.tg_organizations__check_time_zone()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from pg_catalog.pg_timezone_names as z
    where z.name = NEW.time_zone and z.name !~ '^(posix|right)/|^(Factory|localtime|posixrules)$'
  ) then
    raise exception using
      errcode = 'FL101',
      message = format('Unknown time zone "%s".', NEW.time_zone),
      hint = 'Use a name of the IANA time zone database, for example Europe/Istanbul.';
  end if;
  return NEW;
end
$$;
comment on function app_private.tg_organizations__check_time_zone() is
  'Refuses a time zone that PostgreSQL does not know by its full name.';

drop trigger if exists _100_check_time_zone on app_public.organizations;
create trigger _100_check_time_zone
  before insert or update of time_zone on app_public.organizations
  for each row execute function app_private.tg_organizations__check_time_zone();
