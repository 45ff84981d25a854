create or replace view lint.brand_never_changes
with (security_invoker = true) as
with brand_columns as (
  select c.oid::regclass::text || '.brand_id' as object, r.acl
  from pg_catalog.pg_class as c
  join pg_catalog.pg_attribute as b
    on b.attrelid = c.oid and b.attname = 'brand_id' and not b.attisdropped
  cross join lateral (values (c.relacl), (b.attacl)) as r (acl)
  where lint.is_ours(c.relnamespace)
),
rights as (
  select b.object, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as role
  from brand_columns as b
  cross join lateral aclexplode(b.acl) as a
  where a.privilege_type = 'UPDATE'
)
select distinct r.object, format('may be updated by %s', r.role) as fault
from rights as r
-- Their functions are ours: no caller chooses the columns.
where r.role not in ('fluence_owner', 'fluence_definer');

comment on view lint.brand_never_changes is
  'One row per brand_id and role that may update it. A row is never moved to another brand: '
  'updates are granted by column list, without brand_id.';
