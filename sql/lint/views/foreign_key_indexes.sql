create or replace view lint.foreign_key_indexes
with (security_invoker = true) as
with foreign_keys as (
  select
    format('%I on %s', k.conname, k.conrelid::regclass) as object,
    k.conrelid,
    b.attnum as brand,
    array_remove(k.conkey, b.attnum) as columns
  from pg_catalog.pg_constraint as k
  left join pg_catalog.pg_attribute as b
    on b.attrelid = k.conrelid and b.attname = 'brand_id' and not b.attisdropped
  where k.contype = 'f' and k.conparentid = 0 and lint.is_ours(k.connamespace)
),
indexes as (
  -- The slice counts from 1, as a foreign key's columns do.
  select i.indrelid, (i.indkey::int2[])[0:i.indnkeyatts - 1] as columns
  from pg_catalog.pg_index as i
  join pg_catalog.pg_class as c on c.oid = i.indexrelid
  join pg_catalog.pg_am as m on m.oid = c.relam
  where i.indpred is null and i.indisvalid and m.amname = 'btree'
)
select f.object, 'has no index behind it' as fault
from foreign_keys as f
where not exists (
  select
  from indexes as i
  cross join lateral (
    select case when i.columns[1] = f.brand then i.columns[2:] else i.columns end as columns
  ) as behind_brand
  where i.indrelid = f.conrelid
    and behind_brand.columns[1:cardinality(f.columns)] @> f.columns
    and (cardinality(f.columns) > 0 or i.columns[1] = f.brand)
);

comment on view lint.foreign_key_indexes is
  'One row per foreign key whose columns no full index has first, or next after brand_id. Without '
  'one, deleting a referenced row and joining along the key read the whole table.';
