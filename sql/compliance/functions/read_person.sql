create or replace function app_public.read_person(customer_id bigint, reason text)
returns table (
  person_ref uuid,
  key_version integer,
  wrapped bytea,
  master_key_id text,
  name bytea,
  mail bytea,
  phone bytea,
  address bytea
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller constant app_private.current_session := app_private.acting_reader(read_person.reason);
  v_erased_at timestamptz;
begin
  select c.erased_at into v_erased_at
  from app_public.customers as c
  where c.brand_id = v_caller.acting_brand_id and c.id = read_person.customer_id;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such customer.',
      hint = 'Check the id.';
  end if;
  if v_erased_at is not null then
    raise exception using
      errcode = 'FL302',
      message = format('The identity of customer %s was erased.', read_person.customer_id);
  end if;

  perform app_private.note_in_audit(
    'read',
    v_caller.acting_brand_id,
    'app_private.customer_identities',
    jsonb_build_object(
      'brand_id', v_caller.acting_brand_id, 'customer_id', read_person.customer_id
    ),
    btrim(read_person.reason)
  );
  -- Values and key as one statement sees them: a rotation comes before both or after both.
  return query
  select
    i.person_ref, i.key_version, k.wrapped, k.master_key_id, i.name::bytea, i.mail::bytea,
    i.phone::bytea, i.address::bytea
  from app_private.customer_identities as i
  join app_private.data_keys as k
    on k.ring = i.brand_id and k.purpose = 'seal' and k.version = i.key_version
  where i.brand_id = v_caller.acting_brand_id and i.customer_id = read_person.customer_id;
end
$$;
comment on function app_public.read_person(bigint, text) is
  E'@behavior -*\nWho a customer is, sealed, with the key to it, which is itself wrapped: the '
  'server opens it for the mutation readPerson. The only way to personal data of customers, '
  'written to the audit log with who, when and why. FL302 if it was erased.';
grant execute on function app_public.read_person(bigint, text) to fluence_admin;
alter function app_public.read_person(bigint, text) owner to fluence_definer;
