create or replace function app_private.count_sealed_rows()
returns table (ring bigint, version integer, sealed_rows bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_table record;
begin
  for v_table in select s.name, s.has_brand from app_private.sealed_tables as s loop
    return query execute format(
      'select %1$s::bigint, t.key_version, count(*) from %2$s as t group by 1, 2',
      case when v_table.has_brand then 't.brand_id' else '0' end, v_table.name
    );
  end loop;
end
$$;
comment on function app_private.count_sealed_rows() is
  'How many rows each key has sealed, once for each table.';
grant execute on function app_private.count_sealed_rows() to fluence_server;
alter function app_private.count_sealed_rows() owner to fluence_definer;
