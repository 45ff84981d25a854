--! Previous: sha1:4efb1c1c31b24be6c0cc5353d1beed020727217a
--! Hash: sha1:9ee322cf4fb861c84a012136dab876a81bb3f733
--! Message: stock by category as a roll-up

-- The next migration: tables, columns, types, constraints, indexes, data.

-- The roll-up of products that reporting.category_stock reads. One row for all writers would make
-- them wait for each other, so a figure is the sum of sixteen slots; one slot may be negative.
create table app_hidden.category_stock_slots (
  brand_id bigint not null,
  category text not null,
  currency text not null,
  slot smallint not null,
  products bigint not null,
  products_on_sale bigint not null,
  known_costs bigint not null,
  units_in_stock bigint not null,
  stock_value numeric not null,
  stock_cost numeric not null,
  constraint category_stock_slots_pkey primary key (brand_id, category, currency, slot),
  constraint category_stock_slots_brand_id_fkey foreign key (brand_id)
    references app_public.organizations (id) on delete cascade,
  constraint category_stock_slots_slot_range_check check (slot between 0 and 15)
);

-- What is there already. Nobody writes meanwhile: the triggers and policies come with sql/.
alter table app_public.products no force row level security;
insert into app_hidden.category_stock_slots
select
  p.brand_id,
  p.category,
  p.currency,
  0,
  count(*),
  count(*) filter (where p.on_sale),
  count(p.cost),
  sum(p.stock_quantity),
  sum(p.product_price * p.stock_quantity),
  coalesce(sum(p.cost * p.stock_quantity), 0)
from app_public.products as p
where p.retired_at is null
group by p.brand_id, p.category, p.currency;
do $$
begin
  if (select coalesce(sum(s.products), 0) from app_hidden.category_stock_slots as s)
    <> (select count(*) from app_public.products as p where p.retired_at is null)
  then
    raise exception 'the roll-up of products does not have all of them';
  end if;
end
$$;
alter table app_public.products force row level security;
alter table app_hidden.category_stock_slots enable row level security;
alter table app_hidden.category_stock_slots force row level security;
