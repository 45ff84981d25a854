insert into app_private.feed_topics (topic) values ('product.changed')
on conflict (topic) do nothing;
