drop policy if exists select_organization on app_public.memberships;
create policy select_organization on app_public.memberships
  for select to
    fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
    fluence_support_agent, fluence_agency_manager, fluence_auditor
  using (organization_id = (select app_public.current_organization_id()));
drop policy if exists maintain on app_public.memberships;
create policy maintain on app_public.memberships
  for all to fluence_definer using (true) with check (true);

grant select on app_public.memberships to
  fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_agency_manager, fluence_auditor;
-- All that ever changes in a membership is its end.
grant select, insert, update (ended_at) on app_public.memberships to fluence_definer;
