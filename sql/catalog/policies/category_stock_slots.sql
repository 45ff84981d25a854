drop policy if exists select_brand on app_hidden.category_stock_slots;
create policy select_brand on app_hidden.category_stock_slots
  for select to
    fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_finance_manager, fluence_auditor
  using (brand_id = (select app_public.current_brand_id()));
-- For the trigger on products, for app_private.rebuild_category_stock() and the drift check.
drop policy if exists maintain on app_hidden.category_stock_slots;
create policy maintain on app_hidden.category_stock_slots
  for all to fluence_definer using (true) with check (true);

grant select, insert, update on app_hidden.category_stock_slots to fluence_definer;
-- What reporting.category_stock reads. Nobody may look into the schema, so the view is the way.
grant select (
    brand_id, category, currency, products, products_on_sale, known_costs, units_in_stock,
    stock_value, stock_cost
  )
  on app_hidden.category_stock_slots to
    fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_finance_manager, fluence_auditor;
