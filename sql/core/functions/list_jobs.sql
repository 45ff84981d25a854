create or replace function app_private.list_jobs()
returns table (
  id bigint,
  organization_id bigint,
  task text,
  key text,
  state text,
  attempts smallint,
  max_attempts smallint,
  run_at timestamptz,
  created_at timestamptz,
  locked_at timestamptz,
  worker_id text,
  error_code text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select
    j.id,
    substring(j.payload ->> 'organization_id' from '^\d{1,18}$')::bigint,
    t.identifier,
    j.key,
    case
      when j.locked_at is not null then 'running'
      when j.attempts >= j.max_attempts then 'failed'
      when j.attempts > 0 then 'retrying'
      when j.run_at > now() then 'scheduled'
      else 'waiting'
    end,
    j.attempts,
    j.max_attempts,
    j.run_at,
    j.created_at,
    j.locked_at,
    j.locked_by,
    j.last_error
  from graphile_worker._private_jobs as j
  join graphile_worker._private_tasks as t on t.id = j.task_id;
end
$$;
comment on function app_private.list_jobs() is
  'All jobs of all organizations without what is in them. For functions that check who asks.';
grant execute on function app_private.list_jobs() to fluence_definer;
alter function app_private.list_jobs() owner to fluence_worker;
