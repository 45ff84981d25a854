-- The masks are all there is to see. Nobody writes here but the import and the erasure.
drop policy if exists select_brand on app_public.customers;
create policy select_brand on app_public.customers
  for select to
    fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
    fluence_support_agent, fluence_auditor
  using (brand_id = (select app_public.current_brand_id()));
drop policy if exists maintain on app_public.customers;
create policy maintain on app_public.customers
  for all to fluence_definer using (true) with check (true);

grant select on app_public.customers to
  fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_auditor;
grant
  select,
  insert,
  update (
    name_mask, mail_mask, phone_mask, address_mask, channel, since, is_account_deleted, erased_at
  )
  on app_public.customers to fluence_definer;
