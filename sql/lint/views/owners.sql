create or replace view lint.owners
with (security_invoker = true) as
with exceptions (schema_name, function_name, owner) as (
  values
    -- All that reaches into the job queue, which is the worker's.
    ('app_private', 'enqueue', 'fluence_worker'),
    ('app_private', 'list_jobs', 'fluence_worker'),
    ('app_private', 'remove_jobs', 'fluence_worker'),
    ('app_private', 'unlock_workers', 'fluence_worker'),
    -- A partition is attached by the owner of the table alone.
    ('app_private', 'make_partition', 'fluence_owner'),
    ('app_private', 'make_partitions', 'fluence_owner')
),
objects (object, owner, must_be) as (
  select p.oid::regprocedure::text, p.proowner,
    coalesce(
      e.owner,
      case when p.prosecdef then 'fluence_definer' else 'fluence_owner' end
    )
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  left join exceptions as e on e.schema_name = n.nspname and e.function_name = p.proname
  where lint.is_ours(n.oid)
  union all
  select c.oid::regclass::text, c.relowner, 'fluence_owner'
  from pg_catalog.pg_class as c
  where lint.is_ours(c.relnamespace) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c')
  union all
  select t.oid::regtype::text, t.typowner, 'fluence_owner'
  from pg_catalog.pg_type as t
  where lint.is_ours(t.typnamespace) and t.typtype in ('e', 'd', 'r')
  union all
  select n.nspname, n.nspowner, 'fluence_owner'
  from pg_catalog.pg_namespace as n
  where lint.is_ours(n.oid)
)
select
  o.object,
  format('belongs to %s, but must belong to %s', o.owner::regrole, o.must_be) as fault
from objects as o
where o.owner::regrole::text <> o.must_be;

comment on view lint.owners is
  'One row per object with the wrong owner. Security definer functions act with the rights of '
  'fluence_definer, which owns no table, so policies hold for them; all else is fluence_owner''s.';
