create or replace function app_private.wake_event_key(key text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The reader holds this lock while it looks whether a key is at work. So either it finds the
  -- event gone that was just finished, or the next statement here finds what it has brought.
  perform pg_advisory_xact_lock(hashtext('fluence event key'), hashtext(wake_event_key.key));
  perform app_private.enqueue(jsonb_build_array(app_private.event_job(d)))
  from app_private.outbox_deliveries as d
  where d.key = wake_event_key.key
  order by d.id
  limit 1;
end
$$;
comment on function app_private.wake_event_key(text) is
  'Gives the next event of a key its job, when the one before it is gone.';
grant execute on function app_private.wake_event_key(text) to fluence_definer;
