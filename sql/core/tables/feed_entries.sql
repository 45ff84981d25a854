comment on table app_private.feed_entries is
  'One row per event that subscribers may follow: what happened in a brand in the last day, in the '
  'order in which it was committed.';
comment on column app_private.feed_entries.brand_id is 'The brand.';
comment on column app_private.feed_entries.position is
  'Place in the feed of the brand: 1, 2, 3, without a hole.';
comment on column app_private.feed_entries.topic is 'What happened.';
comment on column app_private.feed_entries.payload is 'Keys of rows and codes that say more.';
comment on column app_private.feed_entries.happened_at is
  'When the transaction in which it happened began.';
comment on column app_private.feed_entries.entered_at is 'When the reader entered it.';
