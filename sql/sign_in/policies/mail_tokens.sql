-- Nobody reads tokens but the functions of signing in.
drop policy if exists maintain on app_private.mail_tokens;
create policy maintain on app_private.mail_tokens
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.mail_tokens to fluence_definer;
