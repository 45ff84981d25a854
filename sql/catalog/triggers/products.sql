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
