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

create or replace function app_private.tg_organizations__keep_feed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if TG_OP = 'INSERT' then
    insert into app_private.feeds (brand_id) values (NEW.id);
  else
    delete from app_private.feeds as f where f.brand_id = OLD.id;
  end if;
  return null;
end
$$;
comment on function app_private.tg_organizations__keep_feed() is
  'Gives a new brand its feed, and takes it away with the brand.';

drop trigger if exists _500_open_feed on app_public.organizations;
create trigger _500_open_feed
  after insert on app_public.organizations
  for each row when (NEW.kind = 'brand')
  execute function app_private.tg_organizations__keep_feed();
drop trigger if exists _500_close_feed on app_public.organizations;
create trigger _500_close_feed
  after delete on app_public.organizations
  for each row when (OLD.kind = 'brand')
  execute function app_private.tg_organizations__keep_feed();
alter function app_private.tg_organizations__keep_feed() owner to fluence_definer;
