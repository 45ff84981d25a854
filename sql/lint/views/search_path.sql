create or replace view lint.search_path
with (security_invoker = true) as
with functions as (
  select
    p.oid::regprocedure::text as object,
    p.proconfig as settings,
    l.lanname = 'sql' and p.provolatile in ('s', 'i') and not p.prosecdef
      and p.prosqlbody is not null as can_inline,
    (
      select s.setting
      from unnest(p.proconfig) as s (setting)
      where starts_with(s.setting, 'search_path=')
    ) as search_path
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_language as l on l.oid = p.prolang
  where lint.is_ours(p.pronamespace)
)
select f.object, 'has a setting, so that it is no longer inlined into the caller''s query' as fault
from functions as f
where f.can_inline and f.settings is not null
union all
select f.object, 'does not fix its search_path to begin with pg_catalog and end with pg_temp'
from functions as f
where not f.can_inline
  and coalesce(f.search_path, '') !~ '^search_path=pg_catalog,(.*,)? *pg_temp$';

comment on view lint.search_path is
  'One row per function that finds names where its caller says. Whoever can make objects could '
  'put one in the way. Functions of the form "language sql, stable, begin atomic" found theirs '
  'when they were made, and must have no setting at all: that would stop inlining.';
