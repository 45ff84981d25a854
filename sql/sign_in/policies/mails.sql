-- Nobody reads mails but the functions that write and send them.
drop policy if exists maintain on app_private.mails;
create policy maintain on app_private.mails
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.mails to fluence_definer;
