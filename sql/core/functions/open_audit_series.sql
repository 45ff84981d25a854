create or replace function app_private.open_audit_series()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cluster_id constant bigint := (select c.system_identifier from pg_control_system() as c);
begin
  perform pg_advisory_xact_lock(hashtext('fluence audit series'));
  insert into app_private.audit_series (series, cluster_id)
  select coalesce(max(s.series), 0) + 1, v_cluster_id
  from app_private.audit_series as s
  having (array_agg(s.cluster_id order by s.series desc))[1] is distinct from v_cluster_id;
end
$$;
comment on function app_private.open_audit_series() is
  'Begins a new series of the audit log where the database was moved to another cluster. Called '
  'at each start.';
alter function app_private.open_audit_series() owner to fluence_definer;
