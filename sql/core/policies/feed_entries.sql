-- Each room says with a policy of its own who may follow its topics.
drop policy if exists maintain on app_private.feed_entries;
create policy maintain on app_private.feed_entries
  for all to fluence_definer using (true) with check (true);

grant select, insert, delete on app_private.feed_entries to fluence_definer;
