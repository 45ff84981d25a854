create or replace function app_private.is_own_event(event_id bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from app_private.outbox_deliveries as d
    where d.id = is_own_event.event_id
      and (
        d.organization_id = (select app_public.current_brand_id())
        or (select app_private.acts_for_platform())
      )
  )
$$;
comment on function app_private.is_own_event(bigint) is
  'Whether an event at work is of the caller''s brand, or the caller of the platform.';
grant execute on function app_private.is_own_event(bigint) to fluence_definer;
