-- Nobody reads registrations but the functions of signing in.
drop policy if exists maintain on app_private.registrations;
create policy maintain on app_private.registrations
  for all to fluence_definer using (true) with check (true);

grant select, insert, delete on app_private.registrations to fluence_definer;
