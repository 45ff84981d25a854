comment on table app_private.outbox is
  'One row per event that was committed and that no reader of the outbox has seen yet.';
comment on column app_private.outbox.id is
  'Number of the event. Within a key, a later event has a higher one.';
comment on column app_private.outbox.organization_id is
  'The organization it is about; null for the platform itself.';
comment on column app_private.outbox.topic is 'What happened, for example product.changed.';
comment on column app_private.outbox.key is
  'What it happened to, unique across brands: events of one key are worked off in their order.';
comment on column app_private.outbox.payload is
  'Keys of rows and codes that say more. Never personal data: it is copied to jobs.';
comment on column app_private.outbox.created_at is 'When its transaction began.';
