create or replace function app_private.announce_product_change(
  event_id bigint,
  brand_id bigint,
  product_id bigint
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not app_private.settle_event(announce_product_change.event_id) then
    return false;
  end if;
  perform pg_notify(
    app_private.channel_of(announce_product_change.brand_id),
    json_build_object(
      'topic', 'product.changed',
      'event_id', announce_product_change.event_id::text,
      'product_id', announce_product_change.product_id::text
    )::text
  );
  return true;
end
$$;
comment on function app_private.announce_product_change(bigint, bigint, bigint) is
  'Tells everybody who listens to the brand that a product has changed. The work of the event '
  'product.changed; false if it was done before.';
grant execute on function app_private.announce_product_change(bigint, bigint, bigint)
  to fluence_worker;
alter function app_private.announce_product_change(bigint, bigint, bigint) owner to fluence_definer;
