create or replace view lint.policies
with (security_invoker = true) as
with policies as (
  select
    format('%I on %s', p.polname, p.polrelid::regclass) as object,
    p.polname as name,
    case p.polcmd
      when 'r' then 'select'
      when 'a' then 'insert'
      when 'w' then 'update'
      when 'd' then 'delete'
      else 'all'
    end as command,
    p.polroles as roles,
    p.polpermissive as is_permissive
  from pg_catalog.pg_policy as p
  join pg_catalog.pg_class as c on c.oid = p.polrelid
  where lint.is_ours(c.relnamespace)
)
select p.object, f.fault
from policies as p
cross join lateral (
  values
    (not p.is_permissive, 'is restrictive: rights add up here, none takes another back'),
    (0 = any (p.roles), 'is for public: it must name its roles'),
    (p.command = 'all' and p.name <> 'maintain', 'is for all commands: only maintain may be'),
    (
      p.name = 'maintain'
        and (p.command <> 'all' or p.roles <> array[to_regrole('fluence_definer')::oid]),
      'is called maintain, but is not for all commands to fluence_definer alone'
    ),
    (
      p.command <> 'all' and p.name <> 'maintain' and not starts_with(p.name, p.command || '_'),
      format('is for %s, so its name must begin with that', p.command)
    )
) as f (is_so, fault)
where f.is_so;

comment on view lint.policies is
  'One row per policy and fault of its form. A policy is permissive, for one command and for named '
  'roles, so that who may do what can be read off; only "maintain" lets fluence_definer do all.';
