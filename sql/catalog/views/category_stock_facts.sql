create or replace view app_hidden.category_stock_facts
with (security_invoker = true) as
select
  p.brand_id,
  p.category,
  p.currency,
  count(*) as products,
  count(*) filter (where p.on_sale) as products_on_sale,
  count(p.cost) as known_costs,
  sum(p.stock_quantity) as units_in_stock,
  sum(p.product_price * p.stock_quantity) as stock_value,
  coalesce(sum(p.cost * p.stock_quantity), 0) as stock_cost
from app_public.products as p
where p.retired_at is null
group by p.brand_id, p.category, p.currency;

comment on view app_hidden.category_stock_facts is
  'One row per category and currency of a brand: what the roll-up app_hidden.category_stock_slots '
  'must add up to, from the products themselves.';
comment on column app_hidden.category_stock_facts.brand_id is 'The brand.';
comment on column app_hidden.category_stock_facts.category is 'Category of the products.';
comment on column app_hidden.category_stock_facts.currency is 'Currency of the amounts.';
comment on column app_hidden.category_stock_facts.products is 'Number of products.';
comment on column app_hidden.category_stock_facts.products_on_sale is
  'Number of those on offer now.';
comment on column app_hidden.category_stock_facts.known_costs is
  'Number of those whose cost is known.';
comment on column app_hidden.category_stock_facts.units_in_stock is 'Sum of the units in stock.';
comment on column app_hidden.category_stock_facts.stock_value is 'Those units at their price.';
comment on column app_hidden.category_stock_facts.stock_cost is
  'Those units at their cost, where it is known.';

grant select on app_hidden.category_stock_facts to
  fluence_definer, fluence_admin, fluence_auditor;
