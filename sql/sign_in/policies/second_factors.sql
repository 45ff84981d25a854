-- Nobody reads secrets but the functions of signing in.
drop policy if exists maintain on app_private.second_factors;
create policy maintain on app_private.second_factors
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.second_factors to fluence_definer;
