create or replace function app_public.retire_product(product_id bigint)
returns app_public.products
language plpgsql
volatile
strict
set search_path = pg_catalog, pg_temp
as $$
declare
  v_product app_public.products;
begin
  select p.* into v_product
  from app_public.products as p
  where p.brand_id = (select app_public.current_brand_id())
    and p.id = retire_product.product_id
  for update;

  if v_product.id is null then
    raise exception using
      errcode = 'FL002',
      message = format('There is no product %s.', retire_product.product_id),
      hint = 'Check the id.';
  end if;
  if v_product.retired_at is not null then
    raise exception using
      errcode = 'FL201',
      message = format('Product %s is retired already.', retire_product.product_id);
  end if;

  update app_public.products as p
  set retired_at = now(), on_sale = false
  where p.brand_id = v_product.brand_id and p.id = v_product.id
  returning p.* into v_product;
  return v_product;
end
$$;
comment on function app_public.retire_product(bigint) is
  'Takes a product out of the range for good; its sales stay. Answers with the product.';
grant execute on function app_public.retire_product(bigint) to fluence_product_manager;
