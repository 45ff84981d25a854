drop policy if exists select_brand on app_public.products;
create policy select_brand on app_public.products
  for select to
    fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
    fluence_support_agent, fluence_auditor
  using (brand_id = (select app_public.current_brand_id()));
drop policy if exists insert_brand on app_public.products;
create policy insert_brand on app_public.products
  for insert to fluence_product_manager
  with check (brand_id = (select app_public.current_brand_id()));
drop policy if exists update_brand on app_public.products;
create policy update_brand on app_public.products
  for update to fluence_product_manager
  using (brand_id = (select app_public.current_brand_id()))
  with check (brand_id = (select app_public.current_brand_id()));
-- For app_private.create_demo_brand(), app_public.delete_product() and what compares products with
-- their roll-up.
drop policy if exists maintain on app_public.products;
create policy maintain on app_public.products
  for all to fluence_definer using (true) with check (true);

grant select, insert, delete on app_public.products to fluence_definer;
grant select on app_public.products to
  fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_auditor;
grant
  insert (
    title, description, category, product_price, cost, currency, stock_quantity, on_sale
  ),
  update (
    title, description, category, product_price, cost, currency, stock_quantity, on_sale,
    retired_at
  )
  on app_public.products to fluence_product_manager;
