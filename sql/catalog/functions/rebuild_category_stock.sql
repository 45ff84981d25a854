-- Adds what is missing instead of writing all anew: what others add meanwhile stands, and nobody
-- waits. The lock lets each rebuild see what the one before it has mended.
create or replace function app_private.rebuild_category_stock(brand_id bigint)
returns bigint
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mended bigint;
begin
  perform pg_advisory_xact_lock(hashtext('fluence rebuild of category_stock'));
  insert into app_hidden.category_stock_slots as s
  select d.*
  from (
    select
      rebuild_category_stock.brand_id,
      category,
      currency,
      0 as slot,
      coalesce(f.products, 0) - coalesce(r.products, 0) as products,
      coalesce(f.products_on_sale, 0) - coalesce(r.products_on_sale, 0) as products_on_sale,
      coalesce(f.known_costs, 0) - coalesce(r.known_costs, 0) as known_costs,
      coalesce(f.units_in_stock, 0) - coalesce(r.units_in_stock, 0) as units_in_stock,
      coalesce(f.stock_value, 0) - coalesce(r.stock_value, 0) as stock_value,
      coalesce(f.stock_cost, 0) - coalesce(r.stock_cost, 0) as stock_cost
    from (
      select s.* from app_hidden.category_stock_sums as s
      where s.brand_id = rebuild_category_stock.brand_id
    ) as r
    full join (
      select s.* from app_hidden.category_stock_facts as s
      where s.brand_id = rebuild_category_stock.brand_id
    ) as f using (category, currency)
  ) as d
  where (
    d.products, d.products_on_sale, d.known_costs, d.units_in_stock, d.stock_value, d.stock_cost
  ) <> (0, 0, 0, 0, 0, 0)
  order by d.category, d.currency
  on conflict on constraint category_stock_slots_pkey do update set
    products = s.products + excluded.products,
    products_on_sale = s.products_on_sale + excluded.products_on_sale,
    known_costs = s.known_costs + excluded.known_costs,
    units_in_stock = s.units_in_stock + excluded.units_in_stock,
    stock_value = s.stock_value + excluded.stock_value,
    stock_cost = s.stock_cost + excluded.stock_cost;
  get diagnostics v_mended = row_count;
  return v_mended;
end
$$;
comment on function app_private.rebuild_category_stock(bigint) is
  'Makes the roll-up behind reporting.category_stock equal to the brand''s products, should it '
  'ever differ. Answers with the number of categories and currencies that did.';
grant execute on function app_private.rebuild_category_stock(bigint) to fluence_worker;
alter function app_private.rebuild_category_stock(bigint) owner to fluence_definer;
