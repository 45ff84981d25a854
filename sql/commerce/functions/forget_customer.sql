create or replace function app_private.forget_customer(brand_id bigint, customer_id bigint)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from app_private.customer_identities as i
  where i.brand_id = forget_customer.brand_id and i.customer_id = forget_customer.customer_id;
  update app_public.customers as c
  set name_mask = null,
    mail_mask = null,
    phone_mask = null,
    address_mask = null,
    is_account_deleted = true,
    erased_at = statement_timestamp()
  where c.brand_id = forget_customer.brand_id and c.id = forget_customer.customer_id;
end
$$;
comment on function app_private.forget_customer(bigint, bigint) is
  'What this room knows of who a customer is goes. Called by erase_customer, which has locked the '
  'customer.';
grant execute on function app_private.forget_customer(bigint, bigint) to fluence_definer;
