create or replace function app_private.enqueue(jobs jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from graphile_worker.add_jobs(
    array(
      select row(
        j.task, j.payload, null, j.run_at, j.max_attempts, j.key, j.priority, null
      )::graphile_worker.job_spec
      from jsonb_to_recordset(enqueue.jobs) as j (
        task text, payload json, key text, run_at timestamptz, max_attempts integer,
        priority integer
      )
    )
  );
end
$$;
comment on function app_private.enqueue(jsonb) is
  'Adds jobs from an array of {task, payload, key, run_at, max_attempts, priority}; a key replaces '
  'the job that has it and does not run yet. The only way to the queue for functions with rights '
  'of their own. The payload names its organization_id, and holds no personal data.';
grant execute on function app_private.enqueue(jsonb) to fluence_definer;
alter function app_private.enqueue(jsonb) owner to fluence_worker;
