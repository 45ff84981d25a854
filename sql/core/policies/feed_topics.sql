drop policy if exists maintain on app_private.feed_topics;
create policy maintain on app_private.feed_topics
  for all to fluence_definer using (true) with check (true);

grant select, insert on app_private.feed_topics to fluence_definer;
