create or replace view lint.rights_of_public
with (security_invoker = true) as
with rights (object, acl) as (
  select
    p.oid::regprocedure::text,
    coalesce(p.proacl, acldefault('f', p.proowner))
  from pg_catalog.pg_proc as p
  where lint.is_ours(p.pronamespace)
  union all
  select c.oid::regclass::text, c.relacl
  from pg_catalog.pg_class as c
  where lint.is_ours(c.relnamespace)
  union all
  select format('%s.%I', a.attrelid::regclass, a.attname), a.attacl
  from pg_catalog.pg_attribute as a
  join pg_catalog.pg_class as c on c.oid = a.attrelid
  where lint.is_ours(c.relnamespace)
  union all
  select n.nspname, n.nspacl
  from pg_catalog.pg_namespace as n
  where lint.is_ours(n.oid)
)
select r.object, format('gives %s to public', lower(a.privilege_type)) as fault
from rights as r
cross join lateral aclexplode(r.acl) as a
where a.grantee = 0;

comment on view lint.rights_of_public is
  'One row per right that everybody has. PostgreSQL gives EXECUTE to public unless told '
  'otherwise; here a right is nobody''s until it is granted to a role.';
