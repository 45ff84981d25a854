create or replace view lint.append_only
with (security_invoker = true) as
with tables (oid) as (
  values
    (to_regclass('app_public.audit_log')),
    (to_regclass('app_private.audit_seals')),
    (to_regclass('app_private.audit_series'))
  union all
  select i.inhrelid::regclass
  from pg_catalog.pg_inherits as i
  where i.inhparent = to_regclass('app_public.audit_log')
)
select
  t.oid::text as object,
  'can be changed or emptied: it has no trigger that refuses it always' as fault
from tables as t
where not exists (
  select from pg_catalog.pg_trigger as g
  where g.tgrelid = t.oid
    and g.tgfoid = to_regproc('app_private.tg__append_only')
    and g.tgenabled = 'A'
    -- Before a statement that updates, deletes or truncates.
    and g.tgtype & 59 = 58
);

comment on view lint.append_only is
  'One row per table of the audit log, partitions too, that does not refuse every change but new '
  'rows. Not even its owner may change what was noted.';
