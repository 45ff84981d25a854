-- Reached through the functions of imports alone.
drop policy if exists maintain on app_private.import_keys;
create policy maintain on app_private.import_keys
  for all to fluence_definer using (true) with check (true);

grant select, insert, delete on app_private.import_keys to fluence_definer;
