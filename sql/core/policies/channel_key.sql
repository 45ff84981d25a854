-- Read by app_private.channel_of() alone.
drop policy if exists maintain on app_private.channel_key;
create policy maintain on app_private.channel_key
  for all to fluence_definer using (true) with check (true);

grant select on app_private.channel_key to fluence_definer;
