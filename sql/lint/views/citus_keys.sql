create or replace view lint.citus_keys
with (security_invoker = true) as
with primary_keys as (
  select
    format('%I on %s', k.conname, k.conrelid::regclass) as object,
    c.relkind = 'p' or c.relispartition as is_partitioned,
    exists (
      select from pg_catalog.pg_attribute as a
      where a.attrelid = c.oid and a.attname = 'id' and not a.attisdropped
    ) as has_id,
    array(
      select a.attname::text
      from unnest(k.conkey) with ordinality as o (attnum, position)
      join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = o.attnum
      order by o.position
    ) as columns
  from pg_catalog.pg_constraint as k
  join pg_catalog.pg_class as c on c.oid = k.conrelid
  where k.contype = 'p' and lint.is_ours(c.relnamespace)
),
wanted as (
  select
    p.object,
    p.columns,
    case
      when p.is_partitioned then array['brand_id', 'occurred_at', 'id']
      else array['brand_id', 'id']
    end as must_be
  from primary_keys as p
  -- Whether brand_id leads is asked by brand_leads.
  where p.has_id and p.columns[1] = 'brand_id'
)
select
  w.object,
  format('is (%s), but must be (%s)',
    array_to_string(w.columns, ', '), array_to_string(w.must_be, ', ')) as fault
from wanted as w
where w.columns <> w.must_be;

comment on view lint.citus_keys is
  'One row per primary key of a brand''s table that is not (brand_id, id), or (brand_id, '
  'occurred_at, id) where the table is partitioned by time. So the tables can be distributed by '
  'brand, and every foreign key is written alike.';
