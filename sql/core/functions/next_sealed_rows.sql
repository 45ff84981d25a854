create or replace function app_private.next_sealed_rows(
  table_name text,
  ring bigint,
  version integer,
  after uuid,
  row_limit integer
)
returns table (person_ref uuid, key_version integer, fields jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields text;
  v_has_brand boolean;
begin
  select string_agg(format('%L, t.%I', c.name, c.name), ', '), bool_and(s.has_brand)
  into v_fields, v_has_brand
  from app_private.sealed_tables as s
  cross join unnest(s.columns) as c (name)
  where s.name = next_sealed_rows.table_name;
  if v_fields is null then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such table with sealed columns.';
  end if;
  -- A ring that the planner does not see is like any other: of a new one it takes any index for
  -- good.
  return query execute format(
    'select t.person_ref, t.key_version, jsonb_build_object(%s)
     from %s as t
     where %s = (select $1) and t.key_version < $2 and t.person_ref > $3
     order by t.person_ref
     limit $4',
    v_fields, next_sealed_rows.table_name,
    case when v_has_brand then 't.brand_id' else '0' end
  )
  using next_sealed_rows.ring, next_sealed_rows.version, next_sealed_rows.after,
    next_sealed_rows.row_limit;
end
$$;
comment on function app_private.next_sealed_rows(text, bigint, integer, uuid, integer) is
  'Rows of a ring that an older key than that version has sealed, in the order of person_ref after '
  'that one. For the rotation of keys.';
grant execute on function app_private.next_sealed_rows(text, bigint, integer, uuid, integer)
  to fluence_server, fluence_worker;
alter function app_private.next_sealed_rows(text, bigint, integer, uuid, integer)
  owner to fluence_definer;
