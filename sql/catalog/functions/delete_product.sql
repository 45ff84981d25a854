-- With rights of its own: who has the right to DELETE may also lock the table, for all brands.
create or replace function app_public.delete_product(product_id bigint)
returns app_public.products
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_product app_public.products;
begin
  delete from app_public.products as p
  where p.brand_id = (select app_public.current_brand_id())
    and p.id = delete_product.product_id
  returning p.* into v_product;

  if v_product.id is null then
    raise exception using
      errcode = 'FL002',
      message = format('There is no product %s.', delete_product.product_id),
      hint = 'Check the id.';
  end if;
  return v_product;
end
$$;
comment on function app_public.delete_product(bigint) is
  'Deletes a product that nothing refers to; others are retired. Answers with what it was.';
grant execute on function app_public.delete_product(bigint) to fluence_product_manager;
alter function app_public.delete_product(bigint) owner to fluence_definer;
