create or replace function app_public.find_customer(
  mail_hash bytea,
  phone_hash bytea,
  reason text
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller constant app_private.current_session := app_private.acting_reader(find_customer.reason);
  v_customer_id bigint;
begin
  v_customer_id := coalesce(
    (
      select i.customer_id
      from app_private.customer_identities as i
      where i.brand_id = v_caller.acting_brand_id and i.mail_hash = find_customer.mail_hash
    ),
    (
      select i.customer_id
      from app_private.customer_identities as i
      where i.brand_id = v_caller.acting_brand_id and i.phone_hash = find_customer.phone_hash
    )
  );
  perform app_private.note_in_audit(
    'read',
    v_caller.acting_brand_id,
    'app_public.find_customer',
    jsonb_build_object('brand_id', v_caller.acting_brand_id, 'customer_id', v_customer_id),
    btrim(find_customer.reason)
  );
  return v_customer_id;
end
$$;
comment on function app_public.find_customer(bytea, bytea, text) is
  E'@behavior -*\nThe customer of the brand who has a mail or a phone, by its keyed hash, which '
  'the server makes for the mutation findCustomer; or null. Written to the audit log like reading.';
grant execute on function app_public.find_customer(bytea, bytea, text) to fluence_admin;
alter function app_public.find_customer(bytea, bytea, text) owner to fluence_definer;
