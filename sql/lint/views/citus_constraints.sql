create or replace view lint.citus_constraints
with (security_invoker = true) as
with constraints as (
  select
    format('%I on %s', k.conname, k.conrelid::regclass) as object,
    k.contype = 'f' as is_foreign_key,
    k.condeferrable as is_deferrable,
    k.confdeltype in ('n', 'd') or k.confupdtype in ('n', 'd') as overwrites,
    b.attnum is not null as is_of_brand,
    b.attnum = any (k.conkey) as has_brand,
    r.attnum is not null as refers_to_brand
  from pg_catalog.pg_constraint as k
  left join pg_catalog.pg_attribute as b
    on b.attrelid = k.conrelid and b.attname = 'brand_id' and not b.attisdropped
  left join pg_catalog.pg_attribute as r
    on r.attrelid = k.confrelid and r.attname = 'brand_id' and not r.attisdropped
  where lint.is_ours(k.connamespace) and k.conparentid = 0
)
select k.object, f.fault
from constraints as k
cross join lateral (
  values
    (k.is_deferrable, 'is deferrable'),
    (
      k.is_foreign_key and k.has_brand and k.overwrites,
      'sets columns to null or their default, with brand_id among its own'
    ),
    (
      k.is_foreign_key and k.refers_to_brand and not k.is_of_brand,
      'refers from a reference table to a brand''s table'
    )
) as f (is_so, fault)
where f.is_so;

comment on view lint.citus_constraints is
  'One row per constraint that tables distributed by brand could not have. Not needing them costs '
  'nothing on plain PostgreSQL.';
