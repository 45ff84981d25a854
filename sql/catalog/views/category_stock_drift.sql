-- after: catalog/views/category_stock_facts
-- after: catalog/views/category_stock_sums
create or replace view app_hidden.category_stock_drift
with (security_invoker = true) as
select
  brand_id,
  jsonb_build_object('category', category, 'currency', currency) as key,
  m.measure,
  m.rollup_value,
  m.fact_value
from app_hidden.category_stock_sums as r
full join app_hidden.category_stock_facts as f using (brand_id, category, currency)
cross join lateral (
  values
    ('products', coalesce(r.products, 0)::numeric, coalesce(f.products, 0)::numeric),
    ('products_on_sale', coalesce(r.products_on_sale, 0), coalesce(f.products_on_sale, 0)),
    ('known_costs', coalesce(r.known_costs, 0), coalesce(f.known_costs, 0)),
    ('units_in_stock', coalesce(r.units_in_stock, 0), coalesce(f.units_in_stock, 0)),
    ('stock_value', coalesce(r.stock_value, 0), coalesce(f.stock_value, 0)),
    ('stock_cost', coalesce(r.stock_cost, 0), coalesce(f.stock_cost, 0))
) as m (measure, rollup_value, fact_value)
where m.rollup_value <> m.fact_value;

comment on view app_hidden.category_stock_drift is
  'One row per measure of the roll-up app_hidden.category_stock_slots that differs from the '
  'products. A branch of reporting.rollup_drift.';
comment on column app_hidden.category_stock_drift.brand_id is 'The brand.';
comment on column app_hidden.category_stock_drift.key is 'Category and currency.';
comment on column app_hidden.category_stock_drift.measure is 'The column that differs.';
comment on column app_hidden.category_stock_drift.rollup_value is 'What the roll-up says.';
comment on column app_hidden.category_stock_drift.fact_value is 'What the products say.';

grant select on app_hidden.category_stock_drift to
  fluence_definer, fluence_admin, fluence_auditor;
