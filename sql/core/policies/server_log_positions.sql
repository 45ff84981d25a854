-- Reached through app_private.note_login_refusals() and app_private.server_log_position() alone.
drop policy if exists maintain on app_private.server_log_positions;
create policy maintain on app_private.server_log_positions
  for all to fluence_definer using (true) with check (true);

grant select, insert, update on app_private.server_log_positions to fluence_definer;
