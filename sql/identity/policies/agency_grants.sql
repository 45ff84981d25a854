-- Both sides see it: the brand and the agency.
drop policy if exists select_own on app_public.agency_grants;
create policy select_own on app_public.agency_grants
  for select to fluence_admin, fluence_agency_manager, fluence_auditor
  using (
    for_brand_id = (select app_public.current_organization_id())
    or agency_id = (select app_public.current_organization_id())
  );
drop policy if exists maintain on app_public.agency_grants;
create policy maintain on app_public.agency_grants
  for all to fluence_definer using (true) with check (true);

grant select on app_public.agency_grants to
  fluence_admin, fluence_agency_manager, fluence_auditor;
-- All that ever changes in a grant is its end.
grant select, insert, update (ended_at) on app_public.agency_grants to fluence_definer;
