create or replace function app_private.unlock_workers(
  worker_ids text[],
  unbegun bigint[] default '{}'
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update graphile_worker._private_jobs as j
  set attempts = j.attempts - 1
  where j.id = any (unlock_workers.unbegun)
    and j.locked_by = any (unlock_workers.worker_ids)
    and j.attempts > 0;
  perform graphile_worker.force_unlock_workers(unlock_workers.worker_ids);
  -- Else they would wait until somebody looks again by himself.
  perform pg_notify('jobs:insert', '{"count":1}');
end
$$;
comment on function app_private.unlock_workers(text[], bigint[]) is
  'Takes the locks of workers that are gone off their jobs, so that others run them; a job that '
  'was not begun gets its attempt back.';
grant execute on function app_private.unlock_workers(text[], bigint[]) to fluence_definer;
alter function app_private.unlock_workers(text[], bigint[]) owner to fluence_worker;
