create or replace function app_private.event_job(delivery app_private.outbox_deliveries)
returns jsonb
language sql
stable
begin atomic
  select jsonb_build_object(
    'task', (event_job.delivery).task,
    'key', 'event:' || (event_job.delivery).id,
    -- The last of these attempts comes about half an hour after the first.
    'max_attempts', 8,
    'payload', jsonb_build_object(
      'event_id', (event_job.delivery).id::text,
      'organization_id', (event_job.delivery).organization_id::text,
      'topic', (event_job.delivery).topic,
      'key', (event_job.delivery).key,
      'payload', (event_job.delivery).payload
    )
  );
end;
comment on function app_private.event_job(app_private.outbox_deliveries) is
  'The job that works off an event, as app_private.enqueue() takes it.';
grant execute on function app_private.event_job(app_private.outbox_deliveries)
  to fluence_definer;
