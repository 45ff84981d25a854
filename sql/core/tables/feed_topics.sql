comment on table app_private.feed_topics is
  'One row per kind of event that is kept in the feed of its brand.';
comment on column app_private.feed_topics.topic is 'What happened, as the event names it.';
