create or replace function app_private.house_figures()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'drift_checked_at', (select d.checked_at from app_private.drift_checks as d),
    'drift_rows', (select d.drifted_rows from app_private.drift_checks as d),
    'outbox_events', (select count(*) from app_private.outbox),
    'outbox_lag_seconds', (
      select coalesce(greatest(extract(epoch from clock_timestamp() - min(o.created_at)), 0), 0)
      from app_private.outbox as o
    ),
    'parked_events', (
      select count(*) from app_private.outbox_deliveries as d where d.parked_at is not null
    ),
    'jobs', (
      select coalesce(
        jsonb_agg(jsonb_build_object('task', g.task, 'state', g.state, 'jobs', g.jobs)), '[]'
      )
      from (
        select j.task, j.state, count(*) as jobs
        from app_private.list_jobs() as j
        group by j.task, j.state
      ) as g
    )
  )
$$;
comment on function app_private.house_figures() is
  'What the server shows at /metrics of its database: last drift check, outbox and jobs.';
grant execute on function app_private.house_figures() to fluence_server;
alter function app_private.house_figures() owner to fluence_definer;
