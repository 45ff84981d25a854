drop policy if exists maintain on app_private.data_keys;
create policy maintain on app_private.data_keys
  for all to fluence_definer using (true) with check (true);

grant select, insert, update on app_private.data_keys to fluence_definer;
