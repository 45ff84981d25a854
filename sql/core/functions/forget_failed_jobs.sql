create or replace function app_private.forget_failed_jobs(older_than interval)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old bigint[];
begin
  select coalesce(array_agg(j.id), '{}') into v_old
  from app_private.list_jobs() as j
  where j.state = 'failed' and j.run_at < now() - forget_failed_jobs.older_than;
  perform app_private.remove_jobs(v_old);
  return cardinality(v_old);
end
$$;
comment on function app_private.forget_failed_jobs(interval) is
  'Removes jobs that failed for good so long ago, and answers how many. Parked events stay.';
grant execute on function app_private.forget_failed_jobs(interval) to fluence_worker;
alter function app_private.forget_failed_jobs(interval) owner to fluence_definer;
