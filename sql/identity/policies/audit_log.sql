drop policy if exists select_organization on app_public.audit_log;
create policy select_organization on app_public.audit_log
  for select to fluence_admin, fluence_auditor
  -- By a grant one reads what concerns the brand, and not the agency.
  using (
    organization_id = (
      select coalesce(app_public.current_brand_id(), app_public.current_organization_id())
    )
  );
-- What belongs to no organization, the platform reads.
drop policy if exists select_platform on app_public.audit_log;
create policy select_platform on app_public.audit_log
  for select to fluence_admin, fluence_auditor
  using (organization_id is null and (select app_private.acts_for_platform()));
-- Written by the functions that audit; no policy lets anybody change or delete a row.
drop policy if exists select_all on app_public.audit_log;
create policy select_all on app_public.audit_log
  for select to fluence_definer using (true);
drop policy if exists insert_all on app_public.audit_log;
create policy insert_all on app_public.audit_log
  for insert to fluence_definer with check (true);

grant select on app_public.audit_log to fluence_admin, fluence_auditor, fluence_definer;
grant insert on app_public.audit_log to fluence_definer;
