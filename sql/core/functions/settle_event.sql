create or replace function app_private.settle_event(event_id bigint)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text;
begin
  delete from app_private.outbox_deliveries as d
  where d.id = settle_event.event_id and d.parked_at is null
  returning d.key into v_key;
  if not found then
    return false;
  end if;
  perform app_private.wake_event_key(v_key);
  return true;
end
$$;
comment on function app_private.settle_event(bigint) is
  'Takes an event off the list; false if it was done before. A task''s function calls this first '
  'and does its work only on true: both are one transaction, so an event has its effect once, '
  'however often its job runs.';
grant execute on function app_private.settle_event(bigint) to fluence_definer;
