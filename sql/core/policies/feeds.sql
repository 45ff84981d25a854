drop policy if exists maintain on app_private.feeds;
create policy maintain on app_private.feeds
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.feeds to fluence_definer;
