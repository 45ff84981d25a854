create or replace function app_private.beat(worker_id text, seconds integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_dead text[];
begin
  update app_private.worker_heartbeats as h
  set seen_at = now(), alive_until = now() + make_interval(secs => beat.seconds)
  where h.worker_id = beat.worker_id and h.alive_until > now();
  if not found then
    -- New, or kept away: then the others may have been kept away too, and get time to come back.
    insert into app_private.worker_heartbeats as h (worker_id, alive_until)
    values (beat.worker_id, now() + make_interval(secs => beat.seconds))
    on conflict on constraint worker_heartbeats_pkey do update
    set seen_at = excluded.seen_at, alive_until = excluded.alive_until;
    return 0;
  end if;

  with expired as (
    delete from app_private.worker_heartbeats as h
    where h.alive_until < now()
    returning h.worker_id
  )
  select array_agg(e.worker_id) into v_dead from expired as e;
  if v_dead is not null then
    perform app_private.unlock_workers(v_dead);
  end if;
  return coalesce(cardinality(v_dead), 0);
end
$$;
comment on function app_private.beat(text, integer) is
  'Tells that a worker lives and will be heard of again within so many seconds. Gives the jobs of '
  'those who were not to the others, and answers how many workers these were.';
grant execute on function app_private.beat(text, integer) to fluence_worker;
alter function app_private.beat(text, integer) owner to fluence_definer;
