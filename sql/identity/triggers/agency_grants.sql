create or replace function app_private.tg_agency_grants__end_access()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if OLD.ended_at is null and NEW.ended_at is not null then
    update app_private.sessions as s
    set revoked_at = statement_timestamp()
    where s.agency_grant_id = NEW.id and s.revoked_at is null;
    update app_private.database_logins as l
    set revoked_at = statement_timestamp()
    where l.agency_grant_id = NEW.id and l.revoked_at is null;
  end if;
  return null;
end
$$;
comment on function app_private.tg_agency_grants__end_access() is
  'Ends the sessions and database logins that stand on a grant, with it.';

drop trigger if exists _500_end_access on app_public.agency_grants;
create trigger _500_end_access
  after update on app_public.agency_grants
  for each row execute function app_private.tg_agency_grants__end_access();
alter function app_private.tg_agency_grants__end_access() owner to fluence_definer;
