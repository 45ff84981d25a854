-- Written by app_private.open_audit_series() alone.
drop policy if exists select_all on app_private.audit_series;
create policy select_all on app_private.audit_series
  for select to fluence_definer using (true);
drop policy if exists insert_all on app_private.audit_series;
create policy insert_all on app_private.audit_series
  for insert to fluence_definer with check (true);

grant select, insert on app_private.audit_series to fluence_definer;
