drop policy if exists select_own on app_public.organizations;
create policy select_own on app_public.organizations
  for select to
    fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
    fluence_support_agent, fluence_influencer, fluence_agency_manager, fluence_auditor
  using (
    id = (select app_public.current_organization_id())
    or id = (select app_public.current_brand_id())
  );
drop policy if exists update_own on app_public.organizations;
create policy update_own on app_public.organizations
  for update to fluence_admin
  using (id = (select app_public.current_organization_id()))
  with check (id = (select app_public.current_organization_id()));
drop policy if exists select_all on app_public.organizations;
create policy select_all on app_public.organizations
  for select to fluence_server using (true);
drop policy if exists maintain on app_public.organizations;
create policy maintain on app_public.organizations
  for all to fluence_definer using (true) with check (true);

grant select on app_public.organizations to
  fluence_server, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_influencer, fluence_agency_manager,
  fluence_auditor;
grant update (name) on app_public.organizations to fluence_admin;
-- The update is for locking the row, which keeps the changes of an organization's people apart.
grant select, insert, update (name) on app_public.organizations to fluence_definer;
