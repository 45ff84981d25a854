create or replace view lint.security_invoker
with (security_invoker = true) as
select
  c.oid::regclass::text as object,
  'reads with its owner''s rights: it must have security_invoker = true' as fault
from pg_catalog.pg_class as c
where c.relkind = 'v'
  and lint.is_ours(c.relnamespace)
  and not coalesce(c.reloptions @> array['security_invoker=true'], false);

comment on view lint.security_invoker is
  'One row per view that reads with its owner''s rights. Such a view goes past the policies that '
  'hold for the one who asks.';
