create or replace function app_private.remove_jobs(job_ids bigint[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from graphile_worker.complete_jobs(remove_jobs.job_ids);
end
$$;
comment on function app_private.remove_jobs(bigint[]) is
  'Takes jobs off the queue that nobody is running.';
grant execute on function app_private.remove_jobs(bigint[]) to fluence_definer;
alter function app_private.remove_jobs(bigint[]) owner to fluence_worker;
