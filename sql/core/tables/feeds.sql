comment on table app_private.feeds is 'One row per brand: how far its feed goes.';
comment on column app_private.feeds.brand_id is 'The brand.';
comment on column app_private.feeds.last_position is 'Position of the newest entry.';
comment on column app_private.feeds.trimmed_to is
  'Position of the newest entry that is gone because of its age; 0 if none is.';
