-- Exceptions would be listed here, each with its reason. There are none.
create or replace view lint.no_floats
with (security_invoker = true) as
with base (type_oid) as (
  values ('real'::regtype::oid), ('double precision'::regtype::oid), ('money'::regtype::oid)
),
floats (type_oid) as (
  select b.type_oid from base as b
  union all
  select t.oid
  from pg_catalog.pg_type as t
  join base as b on b.type_oid in (t.typelem, t.typbasetype)
),
uses (object, type_oid) as (
  select format('%s.%I', c.oid::regclass, a.attname), a.atttypid
  from pg_catalog.pg_class as c
  join pg_catalog.pg_attribute as a on a.attrelid = c.oid
  where lint.is_ours(c.relnamespace) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
    and a.attnum > 0 and not a.attisdropped
  union
  select p.oid::regprocedure::text, t.type_oid
  from pg_catalog.pg_proc as p
  cross join lateral unnest(
    coalesce(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype
  ) as t (type_oid)
  where lint.is_ours(p.pronamespace)
)
select u.object, format('uses %s', format_type(u.type_oid, null)) as fault
from uses as u
where u.type_oid in (select f.type_oid from floats as f);

comment on view lint.no_floats is
  'One row per column, argument or result that is a float or money. Floats cannot hold a cent '
  'exactly, and money takes its decimals from a setting of the session.';
