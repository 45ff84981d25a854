create or replace function app_private.retire_worker(worker_id text, unbegun bigint[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from app_private.worker_heartbeats as h where h.worker_id = retire_worker.worker_id;
  perform app_private.unlock_workers(array[retire_worker.worker_id], retire_worker.unbegun);
end
$$;
comment on function app_private.retire_worker(text, bigint[]) is
  'Tells that a worker has ended: what it did not finish is run by others. Names the jobs that it '
  'had taken and not begun.';
grant execute on function app_private.retire_worker(text, bigint[]) to fluence_worker;
alter function app_private.retire_worker(text, bigint[]) owner to fluence_definer;
