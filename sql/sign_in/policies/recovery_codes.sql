-- Nobody reads codes but the functions of signing in.
drop policy if exists maintain on app_private.recovery_codes;
create policy maintain on app_private.recovery_codes
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.recovery_codes to fluence_definer;
