-- Read by the server's readiness check, written by the loader alone.
drop policy if exists select_all on app_private.loaded_sources;
create policy select_all on app_private.loaded_sources
  for select to fluence_server, fluence_worker using (true);
drop policy if exists maintain on app_private.loaded_sources;
create policy maintain on app_private.loaded_sources
  for all to fluence_definer using (true) with check (true);

grant select on app_private.loaded_sources to fluence_server, fluence_worker;
grant select, insert, delete on app_private.loaded_sources to fluence_definer;
