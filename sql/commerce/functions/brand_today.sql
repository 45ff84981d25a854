create or replace function app_private.brand_today(brand_id bigint)
returns date
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select (statement_timestamp() at time zone o.time_zone)::date
    from app_public.organizations as o
    where o.id = brand_today.brand_id
  );
end
$$;
comment on function app_private.brand_today(bigint) is
  'The day that it is for a brand, by its own time zone. For functions with rights of their own.';
grant execute on function app_private.brand_today(bigint) to fluence_definer;
