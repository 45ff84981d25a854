create or replace function app_private.park_event(
  event_id bigint,
  error_code text,
  attempts integer
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update app_private.outbox_deliveries as d
  set parked_at = now(), error_code = park_event.error_code, attempts = park_event.attempts
  where d.id = park_event.event_id and d.parked_at is null
$$;
comment on function app_private.park_event(bigint, text, integer) is
  'Gives an event up until somebody replays or skips it; later events of its key wait for that.';
grant execute on function app_private.park_event(bigint, text, integer) to fluence_worker;
alter function app_private.park_event(bigint, text, integer) owner to fluence_definer;
