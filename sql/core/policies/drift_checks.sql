-- Written by app_private.note_drift_check() alone.
drop policy if exists maintain on app_private.drift_checks;
create policy maintain on app_private.drift_checks
  for all to fluence_definer using (true) with check (true);

grant select, insert, update on app_private.drift_checks to fluence_definer;
