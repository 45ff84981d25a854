create or replace function app_public.erase_customer(customer_id bigint, reason text)
returns app_public.customers
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller constant app_private.current_session
    := app_private.acting_reader(erase_customer.reason);
  v_customer app_public.customers;
begin
  perform app_private.require_recent_second_factor();
  select c.* into v_customer
  from app_public.customers as c
  where c.brand_id = v_caller.acting_brand_id and c.id = erase_customer.customer_id
  for update;
  if v_customer.id is null then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such customer.',
      hint = 'Check the id.';
  end if;
  if v_customer.erased_at is not null then
    raise exception using
      errcode = 'FL302',
      message = format('The identity of customer %s was erased before.', v_customer.id);
  end if;

  insert into app_public.erasure_requests (brand_id, customer_id, requested_by, reason)
  values (
    v_customer.brand_id, v_customer.id, v_caller.user_id, btrim(erase_customer.reason)
  );
  -- Each room forgets its part. A room that comes to know something about customers adds a line.
  perform app_private.forget_customer(v_customer.brand_id, v_customer.id);

  select c.* into v_customer
  from app_public.customers as c
  where c.brand_id = v_customer.brand_id and c.id = v_customer.id;
  return v_customer;
end
$$;
comment on function app_public.erase_customer(bigint, text) is
  'Erases who a customer is, for good; the number and the sales stay. For admins who have just '
  'given their second factor. Answers with what is left. Copies in backups go when those expire.';
grant execute on function app_public.erase_customer(bigint, text) to fluence_admin;
alter function app_public.erase_customer(bigint, text) owner to fluence_definer;
