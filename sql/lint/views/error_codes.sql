create or replace view lint.error_codes
with (security_invoker = true) as
with functions as (
  select p.oid::regprocedure::text as object, lint.code_of(p.oid) as code
  from pg_catalog.pg_proc as p
  where lint.is_ours(p.pronamespace) and p.prokind in ('f', 'p')
),
mentioned as (
  select distinct f.object, m.groups[1] as code
  from functions as f
  cross join lateral regexp_matches(f.code, '''(FL[0-9A-Z]{3})''', 'g') as m (groups)
),
raised as (
  select distinct f.object, btrim(m.groups[1], E' \n') as code
  from functions as f
  cross join lateral regexp_matches(f.code, '\merrcode\s*=\s*([^,;]+)', 'gi') as m (groups)
)
select m.object, format('names %s, which is not registered', m.code) as fault
from mentioned as m
where not exists (select from app_public.error_codes as e where e.code = m.code)
union all
select r.object, format('raises %s, which is no code of ours', r.code)
from raised as r
where r.code !~ '^''FL\d{3}''$'
union all
select f.object, 'raises an exception without an errcode'
from functions as f
where exists (
  select from regexp_matches(f.code, '\mraise\s+exception\M([^;]*);', 'gi') as m (groups)
  where m.groups[1] !~* '\merrcode\M'
)
union all
select e.code, 'is registered, but no function raises it'
from app_public.error_codes as e
where not exists (select from raised as r where r.code = quote_literal(e.code))
  -- Those are raised by the server; a test looks for them there.
  and e.code !~ '^FL9'
union all
select e.code, 'is registered more than once'
from app_public.error_codes as e
group by e.code
having count(*) > 1;

comment on view lint.error_codes is
  'One row per error code that is raised and not registered in app_public.error_codes, registered '
  'and never raised, or not of our own. Programs and people look a code up there.';
