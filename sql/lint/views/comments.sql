create or replace view lint.comments
with (security_invoker = true) as
with relations as (
  select c.oid, c.relnamespace
  from pg_catalog.pg_class as c
  -- A partition is what its table is.
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and not c.relispartition
    and lint.is_ours(c.relnamespace)
),
objects (class, oid, part) as (
  select 'pg_catalog.pg_namespace'::regclass, n.oid, 0
  from pg_catalog.pg_namespace as n
  where lint.is_ours(n.oid)
  union all
  select 'pg_catalog.pg_class'::regclass, r.oid, 0
  from relations as r
  join pg_catalog.pg_class as c on c.oid = r.oid
  where c.relkind <> 'c'
  union all
  select 'pg_catalog.pg_class'::regclass, a.attrelid, a.attnum
  from relations as r
  join pg_catalog.pg_attribute as a on a.attrelid = r.oid
  -- The columns of all lint views are the same: see README.md beside them.
  where a.attnum > 0 and not a.attisdropped and r.relnamespace <> 'lint'::regnamespace
  union all
  select 'pg_catalog.pg_proc'::regclass, p.oid, 0
  from pg_catalog.pg_proc as p
  where lint.is_ours(p.pronamespace)
  union all
  select 'pg_catalog.pg_type'::regclass, t.oid, 0
  from pg_catalog.pg_type as t
  left join pg_catalog.pg_class as c on c.oid = t.typrelid
  where lint.is_ours(t.typnamespace)
    and (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c')
)
select pg_describe_object(o.class, o.oid, o.part) as object, 'has no comment' as fault
from objects as o
where not exists (
  select from pg_catalog.pg_description as d
  where d.classoid = o.class and d.objoid = o.oid and d.objsubid = o.part
    and d.description ~ '\S'
);

comment on view lint.comments is
  'One row per table, view, column, function, type or schema without a comment. The comments are '
  'the reference of the database and of the API; nothing else says what a column means.';
