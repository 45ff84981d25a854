-- Nobody reads the list but the functions that ask who is calling.
drop policy if exists maintain on app_private.database_logins;
create policy maintain on app_private.database_logins
  for all to fluence_definer using (true) with check (true);

grant select on app_private.database_logins to fluence_definer;
