drop policy if exists select_all on app_public.currencies;
create policy select_all on app_public.currencies
  for select to
    fluence_server, fluence_worker, fluence_visitor, fluence_admin,
    fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
    fluence_support_agent, fluence_influencer, fluence_agency_manager, fluence_auditor
  using (true);
-- Written by sql/core/data/currencies.sql.
drop policy if exists maintain on app_public.currencies;
create policy maintain on app_public.currencies
  for all to fluence_definer using (true) with check (true);

grant select, insert, update on app_public.currencies to fluence_definer;
grant select on app_public.currencies to
  fluence_server, fluence_worker, fluence_visitor, fluence_admin,
  fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_influencer, fluence_agency_manager, fluence_auditor;
