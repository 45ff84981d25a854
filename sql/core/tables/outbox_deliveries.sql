comment on table app_private.outbox_deliveries is
  'One row per event that was handed to the worker and is not done yet. The first of each key has '
  'a job, unless it is parked; the others wait for it.';
comment on column app_private.outbox_deliveries.id is 'Number of the event, from the outbox.';
comment on column app_private.outbox_deliveries.organization_id is
  'The organization it is about; null for the platform itself.';
comment on column app_private.outbox_deliveries.topic is 'What happened.';
comment on column app_private.outbox_deliveries.key is 'What it happened to.';
comment on column app_private.outbox_deliveries.payload is 'Keys of rows and codes that say more.';
comment on column app_private.outbox_deliveries.task is 'The task that works it off.';
comment on column app_private.outbox_deliveries.created_at is
  'When the transaction that wrote it began.';
comment on column app_private.outbox_deliveries.handed_on_at is 'When the reader took it.';
comment on column app_private.outbox_deliveries.attempts is
  'How often it was tried before it was parked.';
comment on column app_private.outbox_deliveries.parked_at is
  'When it was given up until somebody replays or skips it.';
comment on column app_private.outbox_deliveries.error_code is
  'Why: a SQLSTATE, bad_payload, worker_died, or the code of the error.';
