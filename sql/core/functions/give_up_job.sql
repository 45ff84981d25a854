create or replace function app_private.give_up_job(job_id bigint)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update graphile_worker._private_jobs as j
  set attempts = j.max_attempts
  where j.id = give_up_job.job_id;
end
$$;
comment on function app_private.give_up_job(bigint) is
  'Makes the running attempt of a job its last: what it is to do cannot be done, ever.';
grant execute on function app_private.give_up_job(bigint) to fluence_worker;
