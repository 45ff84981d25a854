create or replace function app_private.tg_products__stay_retired()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if OLD.retired_at is not null and NEW.retired_at is distinct from OLD.retired_at then
    raise exception using
      errcode = 'FL201',
      message = format('Product %s is retired already.', OLD.id),
      hint = 'Add it as a new product.';
  end if;
  return NEW;
end
$$;
comment on function app_private.tg_products__stay_retired() is
  'Retired is for good: neither taken back nor moved to another time.';

drop trigger if exists _200_stay_retired on app_public.products;
create trigger _200_stay_retired
  before update of retired_at on app_public.products
  for each row execute function app_private.tg_products__stay_retired();

drop trigger if exists _100_fill_brand on app_public.products;
create trigger _100_fill_brand
  before insert on app_public.products
  for each row execute function app_private.tg__fill_brand();

-- Many products may change at once, so one statement writes all events. Each product is locked by
-- then until the end of the transaction: that keeps the numbers of its events in order.
create or replace function app_private.tg_products__emit()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  case TG_OP
    when 'INSERT' then
      insert into app_private.outbox (organization_id, topic, key, payload)
      select
        n.brand_id,
        'product.changed',
        'product:' || n.brand_id || ':' || n.id,
        jsonb_build_object('product_id', n.id::text, 'change', 'added')
      from new_rows as n;
    when 'UPDATE' then
      insert into app_private.outbox (organization_id, topic, key, payload)
      select
        n.brand_id,
        'product.changed',
        'product:' || n.brand_id || ':' || n.id,
        jsonb_build_object('product_id', n.id::text, 'change', c.change)
      from new_rows as n
      join old_rows as o on o.brand_id = n.brand_id and o.id = n.id
      cross join lateral (
        select case
          when n.retired_at is not null and o.retired_at is null then 'retired'
          else 'edited'
        end
      ) as c (change)
      where n is distinct from o;
    else
      insert into app_private.outbox (organization_id, topic, key, payload)
      select
        o.brand_id,
        'product.changed',
        'product:' || o.brand_id || ':' || o.id,
        jsonb_build_object('product_id', o.id::text, 'change', 'deleted')
      from old_rows as o;
  end case;
  return null;
end
$$;
comment on function app_private.tg_products__emit() is
  'Writes an event product.changed for each product that was added, edited, retired or deleted.';

drop trigger if exists _500_emit_added on app_public.products;
create trigger _500_emit_added
  after insert on app_public.products
  referencing new table as new_rows
  for each statement execute function app_private.tg_products__emit();
drop trigger if exists _500_emit_edited on app_public.products;
create trigger _500_emit_edited
  after update on app_public.products
  referencing old table as old_rows new table as new_rows
  for each statement execute function app_private.tg_products__emit();
drop trigger if exists _500_emit_deleted on app_public.products;
create trigger _500_emit_deleted
  after delete on app_public.products
  referencing old table as old_rows
  for each statement execute function app_private.tg_products__emit();
alter function app_private.tg_products__emit() owner to fluence_definer;

-- Last of all, because from here to the end of the transaction a slot is locked. An edit that
-- changes no figure (a title, say) writes nothing. Keys come in order, so that two writers in one
-- slot wait and do not block each other.
create or replace function app_private.tg_products__roll_up_stock()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot constant smallint := pg_backend_pid() % 16;
  v_sign constant integer := case TG_OP when 'DELETE' then -1 else 1 end;
  v_changes app_hidden.category_stock_slots[];
begin
  if TG_OP = 'UPDATE' then
    select array_agg(
      row(
        c.brand_id, c.category, c.currency, v_slot, c.products, c.products_on_sale, c.known_costs,
        c.units_in_stock, c.stock_value, c.stock_cost
      )::app_hidden.category_stock_slots
      order by c.brand_id, c.category, c.currency
    )
    into v_changes
    from (
      select
        p.brand_id,
        p.category,
        p.currency,
        sum(p.sign) as products,
        coalesce(sum(p.sign) filter (where p.on_sale), 0) as products_on_sale,
        coalesce(sum(p.sign) filter (where p.cost is not null), 0) as known_costs,
        sum(p.sign * p.stock_quantity) as units_in_stock,
        sum(p.sign * p.product_price * p.stock_quantity) as stock_value,
        coalesce(sum(p.sign * p.cost * p.stock_quantity), 0) as stock_cost
      from (
        select 1 as sign, n.* from new_rows as n
        union all
        select -1, o.* from old_rows as o
      ) as p
      where p.retired_at is null
      group by p.brand_id, p.category, p.currency
    ) as c
    where (
      c.products, c.products_on_sale, c.known_costs, c.units_in_stock, c.stock_value, c.stock_cost
    ) <> (0, 0, 0, 0, 0, 0);
  else
    select array_agg(
      row(
        c.brand_id, c.category, c.currency, v_slot, c.products, c.products_on_sale, c.known_costs,
        c.units_in_stock, c.stock_value, c.stock_cost
      )::app_hidden.category_stock_slots
      order by c.brand_id, c.category, c.currency
    )
    into v_changes
    from (
      select
        p.brand_id,
        p.category,
        p.currency,
        v_sign * count(*) as products,
        v_sign * count(*) filter (where p.on_sale) as products_on_sale,
        v_sign * count(p.cost) as known_costs,
        v_sign * sum(p.stock_quantity) as units_in_stock,
        v_sign * sum(p.product_price * p.stock_quantity) as stock_value,
        v_sign * coalesce(sum(p.cost * p.stock_quantity), 0) as stock_cost
      from changed_rows as p
      where p.retired_at is null
      group by p.brand_id, p.category, p.currency
    ) as c;
  end if;

  if v_changes is not null then
    insert into app_hidden.category_stock_slots as s
    select c.* from unnest(v_changes) as c
    on conflict on constraint category_stock_slots_pkey do update set
      products = s.products + excluded.products,
      products_on_sale = s.products_on_sale + excluded.products_on_sale,
      known_costs = s.known_costs + excluded.known_costs,
      units_in_stock = s.units_in_stock + excluded.units_in_stock,
      stock_value = s.stock_value + excluded.stock_value,
      stock_cost = s.stock_cost + excluded.stock_cost;
  end if;
  return null;
end
$$;
comment on function app_private.tg_products__roll_up_stock() is
  'Adds what a statement changed in the stock to the roll-up that reporting.category_stock reads.';

drop trigger if exists _600_roll_up_added on app_public.products;
create trigger _600_roll_up_added
  after insert on app_public.products
  referencing new table as changed_rows
  for each statement execute function app_private.tg_products__roll_up_stock();
drop trigger if exists _600_roll_up_edited on app_public.products;
create trigger _600_roll_up_edited
  after update on app_public.products
  referencing old table as old_rows new table as new_rows
  for each statement execute function app_private.tg_products__roll_up_stock();
drop trigger if exists _600_roll_up_deleted on app_public.products;
create trigger _600_roll_up_deleted
  after delete on app_public.products
  referencing old table as changed_rows
  for each statement execute function app_private.tg_products__roll_up_stock();
alter function app_private.tg_products__roll_up_stock() owner to fluence_definer;
