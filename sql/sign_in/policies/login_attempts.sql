-- Nobody reads attempts but the functions of signing in.
drop policy if exists maintain on app_private.login_attempts;
create policy maintain on app_private.login_attempts
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.login_attempts to fluence_definer;
