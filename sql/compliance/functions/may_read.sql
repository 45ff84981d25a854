create or replace function app_private.may_read(
  role name,
  object text,
  column_name text,
  policy text
)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select
    from pg_catalog.pg_proc as p
    where may_read.object like '%(%'
      and p.oid = to_regprocedure(may_read.object)
      and has_schema_privilege(may_read.role, p.pronamespace, 'usage')
      and has_function_privilege(may_read.role, p.oid, 'execute')
    union all
    select
    from pg_catalog.pg_class as c
    where may_read.object not like '%(%'
      and c.oid = to_regclass(may_read.object)
      and has_schema_privilege(may_read.role, c.relnamespace, 'usage')
      and case
        when may_read.column_name is null
          then has_any_column_privilege(may_read.role, c.oid, 'select')
        else has_column_privilege(may_read.role, c.oid, may_read.column_name, 'select')
      end
      -- Of a table a grant alone shows no row: a policy must let the role in.
      and (
        c.relkind not in ('r', 'p')
        or exists (
          select from pg_catalog.pg_policy as p
          where p.polrelid = c.oid
            and p.polcmd in ('r', '*')
            and p.polname = coalesce(may_read.policy::name, p.polname)
            and to_regrole(may_read.role::text) = any (p.polroles)
        )
      )
  )
$$;
comment on function app_private.may_read(name, text, text, text) is
  'Whether a role can read a column (null for any), or call a function, as the catalog tells: by '
  'grants and, of a table, by a policy.';
grant execute on function app_private.may_read(name, text, text, text) to fluence_definer;
