-- Exceptions would be listed here, each with its reason. There are none.
create or replace view lint.finite_moments
with (security_invoker = true) as
with people (oid) as (
  select r.oid
  from pg_catalog.pg_roles as r
  where starts_with(r.rolname, 'fluence_')
    and r.rolname not in (
      'fluence_owner', 'fluence_definer', 'fluence_migrator', 'fluence_server',
      'fluence_authenticator', 'fluence_worker'
    )
)
select
  format('%s.%I', c.oid::regclass, a.attname) as object,
  'takes an infinite moment from people: it has no check with isfinite()' as fault
from pg_catalog.pg_class as c
join pg_catalog.pg_attribute as a on a.attrelid = c.oid
where lint.is_ours(c.relnamespace)
  and c.relkind in ('r', 'p')
  and a.attnum > 0 and not a.attisdropped
  and a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
  and exists (
    select from people as p
    where has_column_privilege(p.oid, c.oid, a.attnum, 'insert, update')
  )
  and not exists (
    select from pg_catalog.pg_constraint as k
    where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any (k.conkey)
      and pg_get_constraintdef(k.oid) like '%isfinite(%'
  );

comment on view lint.finite_moments is
  'One row per date or time that people may write and that may be infinite. No report can count '
  'days up to infinity, and JavaScript has no such date.';
