create or replace function app_private.sweep_jobs()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lost text[];
  v_job record;
begin
  -- Locks of workers that died before they were heard of; a new one is heard of within a second.
  select array_agg(distinct j.worker_id) into v_lost
  from app_private.list_jobs() as j
  where j.locked_at < now() - interval '30 seconds'
    and not exists (
      select from app_private.worker_heartbeats as h where h.worker_id = j.worker_id
    );
  if v_lost is not null then
    perform app_private.unlock_workers(v_lost);
  end if;

  -- Events whose last attempt took its worker with it.
  for v_job in
    select j.id, substr(j.key, length('event:') + 1)::bigint as event_id, j.attempts
    from app_private.list_jobs() as j
    where j.state = 'failed' and j.key ~ '^event:\d+$'
  loop
    perform app_private.park_event(v_job.event_id, 'worker_died', v_job.attempts);
    perform app_private.remove_jobs(array[v_job.id]);
  end loop;
end
$$;
comment on function app_private.sweep_jobs() is
  'Frees jobs that a worker left locked without ever being heard of, and parks events that can not '
  'be tried again because their last worker died.';
grant execute on function app_private.sweep_jobs() to fluence_worker;
alter function app_private.sweep_jobs() owner to fluence_definer;
