create or replace view lint.table_locks
with (security_invoker = true) as
with allowed (role) as (
  -- The house: its statements are its own, and nobody else sends any in these roles.
  values
    ('fluence_owner'), ('fluence_definer'), ('fluence_migrator'), ('fluence_server'),
    ('fluence_worker')
)
select
  c.oid::regclass::text as object,
  format(
    'gives %s on the whole table to %s, which can so lock it for everybody',
    lower(a.privilege_type), a.grantee::regrole
  ) as fault
from pg_catalog.pg_class as c
cross join lateral aclexplode(c.relacl) as a
where lint.is_ours(c.relnamespace)
  and c.relkind in ('r', 'p', 'v', 'f')
  and a.grantee <> 0
  and a.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE', 'MAINTAIN', 'TRIGGER')
  and a.grantee::regrole::text not in (select w.role from allowed as w);

comment on view lint.table_locks is
  'One row per right of people on a whole table that lets them LOCK it in every mode, and so stop '
  'all brands. UPDATE goes by columns, DELETE by a function; what is left locks nobody out.';
