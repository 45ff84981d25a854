create or replace view app_private.sealed_tables
with (security_invoker = true) as
select
  format('%I.%I', n.nspname, c.relname) as name,
  c.relname::text as kind,
  array_agg(a.attname::text order by a.attnum) as columns,
  exists (
    select
    from pg_catalog.pg_attribute as b
    where b.attrelid = c.oid and b.attname = 'brand_id' and not b.attisdropped
  ) as has_brand
from pg_catalog.pg_attribute as a
join pg_catalog.pg_class as c on c.oid = a.attrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where a.atttypid = 'app_private.sealed'::regtype and a.attnum > 0 and not a.attisdropped
  and c.relkind in ('r', 'p') and not c.relispartition
  -- What an import stages is one connection's, for the length of a transaction.
  and c.relpersistence <> 't'
group by n.nspname, c.relname, c.oid;

comment on view app_private.sealed_tables is
  'One row per table with sealed columns, read off the catalogue: the rotation of keys knows no '
  'table by its name.';
comment on column app_private.sealed_tables.name is 'The table, with its schema, quoted.';
comment on column app_private.sealed_tables.kind is
  'Its bare name: with the column''s behind a dot, what each value is bound to.';
comment on column app_private.sealed_tables.columns is 'Its sealed columns.';
comment on column app_private.sealed_tables.has_brand is
  'Whether brand_id is the ring of a row; without one the ring is 0.';

grant select on app_private.sealed_tables to fluence_definer, fluence_server, fluence_worker;
