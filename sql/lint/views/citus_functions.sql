create or replace view lint.citus_functions
with (security_invoker = true) as
with functions as (
  select
    p.oid::regprocedure::text as object,
    p.prorettype = 'trigger'::regtype as is_trigger,
    lint.code_of(p.oid) as code
  from pg_catalog.pg_proc as p
  where lint.is_ours(p.pronamespace) and p.prokind in ('f', 'p')
)
select u.object, f.fault
from functions as u
cross join lateral (
  values
    (u.code ~* '\mmerge\s+into\M', 'uses merge: upserts are written with on conflict'),
    (
      u.is_trigger and u.code ~* '\m(notify|pg_notify|add_job)\M',
      'notifies or adds a job from a trigger: it must write an outbox row'
    )
) as f (is_so, fault)
where f.is_so;

comment on view lint.citus_functions is
  'One row per function that would not run on tables distributed by brand, or that does in a '
  'trigger what one reader of the outbox does for all.';
