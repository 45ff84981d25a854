create or replace view app_hidden.category_stock_sums
with (security_invoker = true) as
select
  s.brand_id,
  s.category,
  s.currency,
  sum(s.products)::bigint as products,
  sum(s.products_on_sale)::bigint as products_on_sale,
  sum(s.known_costs)::bigint as known_costs,
  sum(s.units_in_stock)::bigint as units_in_stock,
  sum(s.stock_value) as stock_value,
  sum(s.stock_cost) as stock_cost
from app_hidden.category_stock_slots as s
group by s.brand_id, s.category, s.currency;

comment on view app_hidden.category_stock_sums is
  'One row per category and currency of a brand that has or had products: the roll-up with its '
  'slots added up.';
comment on column app_hidden.category_stock_sums.brand_id is 'The brand.';
comment on column app_hidden.category_stock_sums.category is 'Category of the products.';
comment on column app_hidden.category_stock_sums.currency is 'Currency of the amounts.';
comment on column app_hidden.category_stock_sums.products is 'Number of products.';
comment on column app_hidden.category_stock_sums.products_on_sale is
  'Number of those on offer now.';
comment on column app_hidden.category_stock_sums.known_costs is
  'Number of those whose cost is known.';
comment on column app_hidden.category_stock_sums.units_in_stock is 'Sum of the units in stock.';
comment on column app_hidden.category_stock_sums.stock_value is 'Those units at their price.';
comment on column app_hidden.category_stock_sums.stock_cost is
  'Those units at their cost, where it is known.';

grant select on app_hidden.category_stock_sums to
  fluence_definer, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_finance_manager, fluence_auditor;
