create or replace function app_private.import_lock(brand_id bigint, run_id bigint)
returns bigint
language sql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
  select hashtextextended(
    format('fluence import %s of %s', import_lock.run_id, import_lock.brand_id), 0
  )
$$;
comment on function app_private.import_lock(bigint, bigint) is
  'Under which number the connection of a run holds an advisory lock for as long as it lives.';
grant execute on function app_private.import_lock(bigint, bigint) to fluence_definer;
