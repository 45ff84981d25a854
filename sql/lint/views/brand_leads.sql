create or replace view lint.brand_leads
with (security_invoker = true) as
with reference_tables (name) as (
  -- Tables of the API that belong to no brand.
  values
    ('app_public.currencies'),
    ('app_public.organizations'),
    ('app_public.users'),
    ('app_public.memberships'),
    ('app_public.agency_grants'),
    ('app_public.invitations'),
    -- Half of it is of organizations that are no brands, or of none.
    ('app_public.audit_log')
),
tables as (
  select
    c.oid,
    n.nspname as schema_name,
    c.oid::regclass::text as name,
    b.attnum as brand,
    b.atttypid as brand_type
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute as b
    on b.attrelid = c.oid and b.attname = 'brand_id' and not b.attisdropped
  where lint.is_ours(n.oid) and c.relkind in ('r', 'p')
),
constraints as (
  select k.*, t.name as table_name, t.brand, r.brand as referenced_brand
  from pg_catalog.pg_constraint as k
  join tables as t on t.oid = k.conrelid
  left join tables as r on r.oid = k.confrelid
  where t.brand is not null
)
select
  t.name as object,
  'has no brand_id and is not listed as a reference table' as fault
from tables as t
where t.brand is null
  and t.schema_name in ('app_public', 'app_hidden')
  and not exists (select from reference_tables as r where to_regclass(r.name) = t.oid)
union all
select t.name, 'has a brand_id that is no bigint'
from tables as t
where t.brand_type <> 'bigint'::regtype
union all
select t.name, 'has no primary key'
from tables as t
where t.brand is not null
  and not exists (select from constraints as k where k.conrelid = t.oid and k.contype = 'p')
union all
select format('%I on %s', k.conname, k.table_name), 'does not begin with brand_id'
from constraints as k
where (k.contype in ('p', 'u', 'x') or k.contype = 'f' and k.referenced_brand is not null)
  and k.conkey[1] <> k.brand
union all
select format('%I on %s', k.conname, k.table_name), 'does not refer to brand_id first'
from constraints as k
where k.contype = 'f' and k.confkey[1] <> k.referenced_brand
union all
select i.indexrelid::regclass::text, 'does not begin with brand_id'
from pg_catalog.pg_index as i
join tables as t on t.oid = i.indrelid
where i.indkey[0] <> t.brand
  and not exists (select from constraints as k where k.conindid = i.indexrelid);

comment on view lint.brand_leads is
  'One row per key, index or foreign key of a brand''s table that does not begin with brand_id, '
  'and per table that should have one. Led by it, row level security works by index, no key spans '
  'brands, and the tables can be distributed by brand.';
