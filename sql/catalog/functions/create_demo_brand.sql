create or replace function app_private.create_demo_brand(products jsonb)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_brand_id bigint;
begin
  -- Two servers may start at once on one database.
  perform pg_advisory_xact_lock(hashtext('fluence demo'));
  if exists (select from app_public.organizations) then
    return exists (select from app_public.organizations as o where o.slug = 'demo');
  end if;

  select o.id into v_brand_id
  from app_private.create_organization('brand', 'demo', 'Demo', 'Europe/Berlin', 'EUR') as o;

  insert into app_public.products (
    brand_id, title, description, category, product_price, cost, currency, stock_quantity
  )
  select v_brand_id, p.title, p.description, p.category, p.price, p.cost, 'EUR', p.stock
  from jsonb_to_recordset(create_demo_brand.products) as p (
    title text, description text, category text, price numeric, cost numeric, stock integer
  );
  return true;
end
$$;
comment on function app_private.create_demo_brand(jsonb) is
  'Fills the brand "demo" where there is no organization yet: whole or not at all. True if that '
  'brand is there.';
grant execute on function app_private.create_demo_brand(jsonb) to fluence_server;
alter function app_private.create_demo_brand(jsonb) owner to fluence_definer;
