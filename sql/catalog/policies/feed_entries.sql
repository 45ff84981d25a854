-- Whoever sees the brand's products may follow how they change, through product_changes.
drop policy if exists select_product_changes on app_private.feed_entries;
create policy select_product_changes on app_private.feed_entries
  for select to
    fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
    fluence_support_agent, fluence_auditor
  using (brand_id = (select app_public.current_brand_id()) and topic = 'product.changed');

grant select on app_private.feed_entries to
  fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_auditor;
