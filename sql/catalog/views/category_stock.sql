create or replace view reporting.category_stock
with (security_invoker = true) as
select
  p.brand_id,
  p.category,
  p.currency,
  count(*) as products,
  count(*) filter (where p.on_sale) as products_on_sale,
  sum(p.stock_quantity) as units_in_stock,
  sum(p.product_price * p.stock_quantity) as stock_value,
  sum(p.cost * p.stock_quantity) filter (where p.cost is not null) as stock_cost
from app_public.products as p
where p.brand_id = (select app_public.current_brand_id())
  and p.retired_at is null
group by p.brand_id, p.category, p.currency;

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
