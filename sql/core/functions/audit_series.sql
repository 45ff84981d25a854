create or replace function app_private.audit_series()
returns integer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select max(s.series) from app_private.audit_series as s);
end
$$;
comment on function app_private.audit_series() is 'The current series of the audit log.';
grant execute on function app_private.audit_series() to fluence_definer;
