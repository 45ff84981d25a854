create or replace function app_private.renew_sealed_rows(
  table_name text,
  ring bigint,
  version integer,
  renewed jsonb
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_columns text;
  v_assignments text;
  v_has_brand boolean;
  v_count integer;
begin
  select
    string_agg(format('%I app_private.sealed', c.name), ', '),
    string_agg(format('%I = f.%I', c.name, c.name), ', '),
    bool_and(s.has_brand)
  into v_columns, v_assignments, v_has_brand
  from app_private.sealed_tables as s
  cross join unnest(s.columns) as c (name)
  where s.name = renew_sealed_rows.table_name;
  if v_columns is null then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such table with sealed columns.';
  end if;
  -- The entry of the key in the audit log covers what is only sealed anew.
  perform set_config('fluence.new_key', 'on', true);
  -- What somebody else holds is left for the next round: nobody waits here, so nothing locks up. A
  -- ring that the planner does not see is like any other: of a new one it takes any index for good.
  execute format(
    'with given as materialized (
       select g.person_ref, g.key_version, g.fields
       from jsonb_to_recordset($1) as g (person_ref uuid, key_version integer, fields jsonb)
     ),
     held as materialized (
       select t.person_ref, g.fields
       from %1$s as t
       join given as g on g.person_ref = t.person_ref and g.key_version = t.key_version
       where %2$s = (select $2) and t.key_version < $3
       for no key update of t skip locked
     )
     update %1$s as t
     set %3$s, key_version = $3
     from held as h
     cross join jsonb_to_record(h.fields) as f (%4$s)
     where %2$s = (select $2) and t.person_ref = h.person_ref',
    renew_sealed_rows.table_name,
    case when v_has_brand then 't.brand_id' else '0' end,
    v_assignments, v_columns
  )
  using renew_sealed_rows.renewed, renew_sealed_rows.ring, renew_sealed_rows.version;
  get diagnostics v_count = row_count;
  perform set_config('fluence.new_key', '', true);
  return v_count;
end
$$;
comment on function app_private.renew_sealed_rows(text, bigint, integer, jsonb) is
  'Writes what was sealed anew with the key of that version; how many rows. A row that was written '
  'meanwhile, or that somebody is writing, is left alone.';
grant execute on function app_private.renew_sealed_rows(text, bigint, integer, jsonb)
  to fluence_server, fluence_worker;
alter function app_private.renew_sealed_rows(text, bigint, integer, jsonb)
  owner to fluence_definer;
