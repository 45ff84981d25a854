-- Who answers for the figures sees where they come from.
drop policy if exists select_brand on app_public.import_runs;
create policy select_brand on app_public.import_runs
  for select to fluence_admin, fluence_analyst, fluence_auditor
  using (brand_id = (select app_public.current_brand_id()));
drop policy if exists maintain on app_public.import_runs;
create policy maintain on app_public.import_runs
  for all to fluence_definer using (true) with check (true);

grant select on app_public.import_runs to fluence_admin, fluence_analyst, fluence_auditor;
grant
  select,
  insert,
  update (
    file_hash, finished_at, status, rows_read, rows_added, rows_changed, rows_unchanged,
    rows_rejected
  )
  on app_public.import_runs to fluence_definer;
