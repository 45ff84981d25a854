create or replace view lint.sealed_columns
with (security_invoker = true) as
with tables as (
  select
    c.oid,
    c.oid::regclass::text as name,
    n.nspname as schema_name,
    b.attnum as brand,
    r.attnum as ref,
    r.atttypid = 'uuid'::regtype and r.attnotnull as is_ref_good,
    v.attnum as version,
    v.atttypid = 'integer'::regtype and v.attnotnull as is_version_good
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute as b
    on b.attrelid = c.oid and b.attname = 'brand_id' and not b.attisdropped
  left join pg_catalog.pg_attribute as r
    on r.attrelid = c.oid and r.attname = 'person_ref' and not r.attisdropped
  left join pg_catalog.pg_attribute as v
    on v.attrelid = c.oid and v.attname = 'key_version' and not v.attisdropped
  where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
    and exists (
      select
      from pg_catalog.pg_attribute as s
      where s.attrelid = c.oid and s.atttypid = 'app_private.sealed'::regtype
        and not s.attisdropped
    )
),
keys as (
  -- As indkey, which counts from 0: what leads an index, with the brand before it if there is one.
  select
    t.oid,
    array_remove(array[t.brand, t.ref], null) as by_ref,
    array_remove(array[t.brand, t.version], null) as by_version
  from tables as t
)
select t.name as object, f.fault
from tables as t
join keys as k on k.oid = t.oid
cross join lateral (
  values
    (t.schema_name <> 'app_private', 'has sealed columns outside of app_private'),
    (t.is_ref_good is not true, 'has sealed columns and no person_ref, a uuid that is not null'),
    (
      t.is_version_good is not true,
      'has sealed columns and no key_version, an integer that is not null'
    ),
    (
      t.ref is not null and not exists (
        select
        from pg_catalog.pg_index as i
        where i.indrelid = t.oid and i.indisunique and i.indpred is null
          and (i.indkey::int2[])[0:i.indnkeyatts - 1] = k.by_ref
      ),
      'has sealed columns and person_ref is not unique, by which their keys are rotated'
    ),
    (
      t.version is not null and not exists (
        select
        from pg_catalog.pg_index as i
        where i.indrelid = t.oid and i.indpred is null
          and (i.indkey::int2[])[0:cardinality(k.by_version) - 1] = k.by_version
      ),
      'has sealed columns and no index by key_version, by which those to renew are found'
    )
) as f (is_so, fault)
where f.is_so;

comment on view lint.sealed_columns is
  'One row per table with sealed columns and what keeps the rotation of keys from it: it finds '
  'tables in the catalogue, and rows by person_ref and key_version.';
