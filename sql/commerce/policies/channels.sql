drop policy if exists select_brand on app_public.channels;
create policy select_brand on app_public.channels
  for select to
    fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
    fluence_support_agent, fluence_auditor
  using (brand_id = (select app_public.current_brand_id()));
drop policy if exists maintain on app_public.channels;
create policy maintain on app_public.channels
  for all to fluence_definer using (true) with check (true);

grant select on app_public.channels to
  fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_auditor;
grant select, insert on app_public.channels to fluence_definer;
