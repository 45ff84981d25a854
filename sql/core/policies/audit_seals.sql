-- Written by app_private.seal_audit_log() alone; no policy lets anybody change one.
drop policy if exists select_all on app_private.audit_seals;
create policy select_all on app_private.audit_seals
  for select to fluence_definer using (true);
drop policy if exists insert_all on app_private.audit_seals;
create policy insert_all on app_private.audit_seals
  for insert to fluence_definer with check (true);

grant select, insert on app_private.audit_seals to fluence_definer;
