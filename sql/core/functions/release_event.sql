create or replace function app_private.release_event(event_id bigint, replay boolean)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text;
begin
  if release_event.replay then
    update app_private.outbox_deliveries as d
    set parked_at = null, error_code = null, attempts = 0
    where d.id = release_event.event_id and d.parked_at is not null
    returning d.key into v_key;
  else
    delete from app_private.outbox_deliveries as d
    where d.id = release_event.event_id and d.parked_at is not null
    returning d.key into v_key;
  end if;
  if not found then
    return false;
  end if;
  perform app_private.wake_event_key(v_key);
  return true;
end
$$;
comment on function app_private.release_event(bigint, boolean) is
  'Replays a parked event, or skips it; then its key goes on. False if there is no such event. '
  'Does not ask who calls: for the command line and for functions that do.';
grant execute on function app_private.release_event(bigint, boolean)
  to fluence_server, fluence_definer;
alter function app_private.release_event(bigint, boolean) owner to fluence_definer;
