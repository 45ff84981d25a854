-- Nobody reads accounts but the functions of signing in.
drop policy if exists maintain on app_private.user_accounts;
create policy maintain on app_private.user_accounts
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.user_accounts to fluence_definer;
