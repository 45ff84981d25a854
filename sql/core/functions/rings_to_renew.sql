create or replace function app_private.rings_to_renew()
returns setof bigint
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
      'select k.ring
       from app_private.data_keys as k
       where k.purpose = ''seal''
       group by k.ring
       having max(k.version) > 1
         and exists (
           select from %1$s as t where %2$s = k.ring and t.key_version < max(k.version)
         )',
      v_table.name, case when v_table.has_brand then 't.brand_id' else '0' end
    );
  end loop;
end
$$;
comment on function app_private.rings_to_renew() is
  'Rings with rows that an older key than the newest has sealed; maybe more than once.';
grant execute on function app_private.rings_to_renew() to fluence_server, fluence_worker;
alter function app_private.rings_to_renew() owner to fluence_definer;
