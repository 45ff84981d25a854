create or replace function app_private.hand_on_events(tasks jsonb, at_most integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- One batch is a few events, the next one hundreds: a plan for all of them would suit none.
set plan_cache_mode = force_custom_plan
as $$
declare
  v_taken bigint[];
begin
  with candidates as materialized (
    select o.id, o.key
    from app_private.outbox as o
    where hand_on_events.tasks ? o.topic
    order by o.id
    limit hand_on_events.at_most
    for update skip locked
  ),
  -- Whoever is about to finish an event looks for the next one of its key under this lock. Such a
  -- key is left for the next round, which is better than waiting for somebody's transaction.
  free_keys as materialized (
    select k.key
    from (select distinct c.key from candidates as c) as k
    where pg_try_advisory_xact_lock(hashtext('fluence event key'), hashtext(k.key))
  ),
  taken as (
    delete from app_private.outbox as o
    using candidates as c
    join free_keys as k on k.key = c.key
    where o.id = c.id
    returning o.*
  ),
  moved as (
    insert into app_private.outbox_deliveries (
      id, organization_id, topic, key, payload, task, created_at
    )
    select
      t.id, t.organization_id, t.topic, t.key, t.payload,
      hand_on_events.tasks ->> t.topic, t.created_at
    from taken as t
    returning id
  )
  select array_agg(m.id) into v_taken from moved as m;

  -- A statement of its own, which sees what was finished before its key was locked.
  perform app_private.enqueue(jsonb_agg(app_private.event_job(d) order by d.id))
  from app_private.outbox_deliveries as d
  where d.id = any (v_taken)
    and not exists (
      select from app_private.outbox_deliveries as before
      where before.key = d.key and before.id < d.id
    )
  having count(*) > 0;

  return coalesce(cardinality(v_taken), 0);
end
$$;
comment on function app_private.hand_on_events(jsonb, integer) is
  'Moves events from the outbox to the deliveries, at most so many, and gives the first of each '
  'key a job, all or nothing. Takes the tasks by topic; events of other topics wait. Answers how '
  'many.';
grant execute on function app_private.hand_on_events(jsonb, integer) to fluence_worker;
alter function app_private.hand_on_events(jsonb, integer) owner to fluence_definer;
