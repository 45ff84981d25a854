-- Written by app_private.beat() and app_private.retire_worker() alone.
drop policy if exists maintain on app_private.worker_heartbeats;
create policy maintain on app_private.worker_heartbeats
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.worker_heartbeats to fluence_definer;
