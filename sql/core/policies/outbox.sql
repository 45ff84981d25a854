-- Reached through the functions of the outbox alone.
drop policy if exists maintain on app_private.outbox;
create policy maintain on app_private.outbox
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.outbox to fluence_definer;
