drop policy if exists select_brand on app_public.import_rejects;
create policy select_brand on app_public.import_rejects
  for select to fluence_admin, fluence_analyst, fluence_auditor
  using (brand_id = (select app_public.current_brand_id()));
drop policy if exists maintain on app_public.import_rejects;
create policy maintain on app_public.import_rejects
  for all to fluence_definer using (true) with check (true);

grant select on app_public.import_rejects to fluence_admin, fluence_analyst, fluence_auditor;
grant select, insert on app_public.import_rejects to fluence_definer;
