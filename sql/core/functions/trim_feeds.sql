create or replace function app_private.trim_feeds(older_than interval)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with old as (
    select e.brand_id, max(e.position) as position
    from app_private.feed_entries as e
    where e.entered_at < now() - trim_feeds.older_than
    group by e.brand_id
  ),
  gone as (
    delete from app_private.feed_entries as e
    using old as o
    where e.brand_id = o.brand_id and e.position <= o.position
  )
  update app_private.feeds as f
  set trimmed_to = o.position
  from old as o
  where f.brand_id = o.brand_id
$$;
comment on function app_private.trim_feeds(interval) is
  'Takes entries that are older out of the feeds, and notes how far.';
grant execute on function app_private.trim_feeds(interval) to fluence_worker;
alter function app_private.trim_feeds(interval) owner to fluence_definer;
