-- after: catalog/views/category_stock_sums
create or replace view reporting.category_stock
with (security_invoker = true) as
select
  s.brand_id,
  s.category,
  s.currency,
  s.products,
  s.products_on_sale,
  s.units_in_stock,
  -- Without the zeros that a product with more decimals may have left, which is gone since.
  trim_scale(s.stock_value) as stock_value,
  case when s.known_costs > 0 then trim_scale(s.stock_cost) end as stock_cost
from app_hidden.category_stock_sums as s
where s.brand_id = (select app_public.current_brand_id())
  and s.products > 0;

comment on view reporting.category_stock is
  E'@primaryKey brand_id,category,currency\n'
  'One row per category and currency of the brand: what is in stock and what it is worth. '
  'Retired products are left out.';
comment on column reporting.category_stock.brand_id is 'The brand.';
comment on column reporting.category_stock.category is 'Category of the products.';
comment on column reporting.category_stock.currency is 'Currency of the amounts.';
comment on column reporting.category_stock.products is 'Number of products.';
comment on column reporting.category_stock.products_on_sale is 'Number of those on offer now.';
comment on column reporting.category_stock.units_in_stock is 'Sum of the units in stock.';
comment on column reporting.category_stock.stock_value is 'Those units at their price.';
comment on column reporting.category_stock.stock_cost is
  'Those units at their cost; products of unknown cost are not in it, null if all are.';

grant select on reporting.category_stock to
  fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_finance_manager, fluence_auditor;
