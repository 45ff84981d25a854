create or replace view lint.foreign_key_on_delete
with (security_invoker = true) as
select
  format('%I on %s', k.conname, k.conrelid::regclass) as object,
  'does not say what happens on delete' as fault
from pg_catalog.pg_constraint as k
where k.contype = 'f' and k.conparentid = 0 and k.confdeltype = 'a'
  and lint.is_ours(k.connamespace);

comment on view lint.foreign_key_on_delete is
  'One row per foreign key without an "on delete" clause. Whether history outlives what it refers '
  'to is decided for each key, not left to a default.';
