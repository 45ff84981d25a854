-- Nobody reads sessions but the functions that ask who is calling.
drop policy if exists maintain on app_private.sessions;
create policy maintain on app_private.sessions
  for all to fluence_definer using (true) with check (true);

grant select, insert on app_private.sessions to fluence_definer;
