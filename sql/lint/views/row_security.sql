-- Exceptions would be listed here, each with its reason. There are none.
create or replace view lint.row_security
with (security_invoker = true) as
select
  c.oid::regclass::text as object,
  case
    when c.relkind in ('m', 'f') then 'is of a kind that row level security cannot guard'
    when not c.relrowsecurity then 'has no row level security'
    else 'does not force row level security on its owner'
  end as fault
from pg_catalog.pg_class as c
where lint.is_ours(c.relnamespace)
  and c.relkind in ('r', 'p', 'm', 'f')
  and not (c.relrowsecurity and c.relforcerowsecurity);

comment on view lint.row_security is
  'One row per table that does not enable and force row level security. '
  'A grant alone would show every brand''s rows, and the owner would see them all unforced.';
