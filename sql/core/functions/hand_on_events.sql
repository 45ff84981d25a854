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
  v_brands bigint[];
begin
  -- One reader leads; should there ever be two, they take turns. Else the one that skips what the
  -- other has locked could be the first at the lock of a key, and hand on its later events.
  perform pg_advisory_xact_lock(hashtext('fluence outbox batch'));

  with candidates as materialized (
    select o.id, o.key
    from app_private.outbox as o
    where hand_on_events.tasks ? o.topic
      or exists (select from app_private.feed_topics as f where f.topic = o.topic)
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
    where hand_on_events.tasks ? t.topic
  ),
  for_feeds as (
    select
      t.organization_id as brand_id,
      row_number() over (partition by t.organization_id order by t.id) as place,
      t.*
    from taken as t
    join app_private.feed_topics as f on f.topic = t.topic
  ),
  -- Who reads at the same time waits here, and so gives its entries later positions.
  grown as (
    update app_private.feeds as f
    set last_position = f.last_position + n.entries
    from (select e.brand_id, count(*) as entries from for_feeds as e group by e.brand_id) as n
    where f.brand_id = n.brand_id
    returning f.brand_id, f.last_position - n.entries as before
  ),
  entered as (
    insert into app_private.feed_entries (brand_id, position, topic, payload, happened_at)
    select g.brand_id, g.before + e.place, e.topic, e.payload, e.created_at
    from for_feeds as e
    join grown as g on g.brand_id = e.brand_id
  )
  select (select array_agg(t.id) from taken as t), (select array_agg(g.brand_id) from grown as g)
  into v_taken, v_brands;

  perform pg_notify(app_private.feed_channel(), b.id::text) from unnest(v_brands) as b (id);

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
  'Takes events out of the outbox, at most so many, all or nothing: moves those that have a task '
  'to the deliveries, with a job for the first of each key, and enters those of feed_topics in the '
  'feed of their brand. Takes the tasks by topic; events for neither wait. Answers how many.';
grant execute on function app_private.hand_on_events(jsonb, integer) to fluence_worker;
alter function app_private.hand_on_events(jsonb, integer) owner to fluence_definer;
