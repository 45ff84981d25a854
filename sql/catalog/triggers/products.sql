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
