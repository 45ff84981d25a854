create or replace view lint.sensitive_data
with (security_invoker = true) as
with exceptions (object) as (
  values
    -- Digests by which a file is known again.
    ('app_public.import_runs.file_hash'),
    ('app_private.server_log_positions.file_id'),
    -- It compares with the address that the caller gave, and hands nothing out.
    ('app_public.invite')
),
people (role) as (
  select r.oid
  from pg_catalog.pg_roles as r
  where r.rolname = 'fluence_visitor'
    or r.rolname = any (
      array(
        select format('fluence_%s', e.role)
        from unnest(enum_range(null::app_public.user_role_enum)) as e (role)
      )
    )
),
relations as (
  select
    c.oid, c.relkind as kind, c.oid::regclass::text as name,
    exists (
      select from people as p
      where has_any_column_privilege(p.role, c.oid, 'select')
        and has_schema_privilege(p.role, c.relnamespace, 'usage')
    ) as is_open
  from pg_catalog.pg_class as c
  where lint.is_ours(c.relnamespace)
    and c.relnamespace <> 'lint'::regnamespace
    and c.relkind in ('r', 'p', 'v')
    and not c.relispartition
),
columns as (
  select r.oid, r.kind, r.is_open, r.name as relation, a.attnum as number, a.attname as name,
    a.atttypid as type,
    -- As the audit log knows what is personal or secret, by its type or name.
    a.attname = any (app_private.masked_columns(r.oid)) as is_telling,
    exists (
      select from app_private.sensitive_data as d
      where to_regclass(d.object) = r.oid
        and coalesce(d.column_name, a.attname) = a.attname
    ) as is_listed
  from relations as r
  join pg_catalog.pg_attribute as a on a.attrelid = r.oid
  where a.attnum > 0 and not a.attisdropped
),
listed as (
  select d.*, d.object like '%(%' as is_function, to_regclass(d.object)::oid as relation
  from app_private.sensitive_data as d
),
-- Who reads a listed column of a table: views as the catalog says, and the functions with rights
-- of their own that name the table and the column.
readers as (
  select distinct w.ev_class as view, null::oid as function, c.relation, c.name
  from pg_catalog.pg_rewrite as w
  join pg_catalog.pg_depend as d
    on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
    and d.refclassid = 'pg_class'::regclass
  join columns as c on c.oid = d.refobjid and c.number = d.refobjsubid
  where c.is_listed and c.kind in ('r', 'p')
  union all
  select null, p.oid, c.relation, c.name
  from pg_catalog.pg_proc as p
  join columns as c
    on lint.code_of(p.oid) like format('%%%s%%', c.relation)
    and lint.code_of(p.oid) ~ format('\m%s\M', c.name)
  where lint.is_ours(p.pronamespace)
    and p.prosecdef
    and p.prorettype <> 'trigger'::regtype
    and c.is_listed and c.kind in ('r', 'p')
)
select l.object || coalesce('.' || l.column_name, '') as object, f.fault
from listed as l
cross join lateral (
  values
    (
      case when l.is_function then to_regprocedure(l.object) is null else l.relation is null end,
      'is listed as sensitive, and is not there'
    ),
    (
      l.relation is not null and l.column_name is not null and not exists (
        select from columns as c where c.oid = l.relation and c.name = l.column_name
      ),
      'is listed as sensitive, and there is no such column'
    ),
    (
      l.policy is not null and not exists (
        select from pg_catalog.pg_policy as p
        where p.polrelid = l.relation and p.polname = l.policy
      ),
      'is listed as sensitive by a policy that is not there'
    ),
    (l.scope not in ('brand', 'organization', 'acting'), 'has an unknown scope')
) as f (is_so, fault)
where f.is_so
union all
select format('%s.%s', c.relation, c.name), 'is not listed as sensitive, as its kind demands'
from columns as c
where not c.is_listed
  and (c.is_open or c.kind in ('r', 'p'))
  and (
    c.is_telling
    or c.type = 'numeric'::regtype and exists (
      select from columns as o where o.oid = c.oid and o.name = 'currency'
    )
  )
  and format('%s.%s', c.relation, c.name) not in (select e.object from exceptions as e)
union all
select v.name, format('shows %s.%s and is not listed as sensitive', r.relation, r.name)
from readers as r
join relations as v on v.oid = r.view
where v.is_open and not exists (select from listed as l where l.relation = v.oid)
union all
select p.oid::regprocedure::text,
  format('reads %s.%s for people and is not listed as sensitive', r.relation, r.name)
from readers as r
join pg_catalog.pg_proc as p on p.oid = r.function
where exists (select from people as o where has_function_privilege(o.role, p.oid, 'execute'))
  and not exists (
    select from listed as l
    where l.is_function and to_regprocedure(l.object) = p.oid
  )
  -- Behind a view, that is what must be listed.
  and not exists (
    select
    from pg_catalog.pg_depend as d
    join pg_catalog.pg_rewrite as w on w.oid = d.objid
    join listed as l on l.relation = w.ev_class
    where d.classid = 'pg_rewrite'::regclass
      and d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid
  )
  and split_part(p.oid::regprocedure::text, '(', 1) not in (select e.object from exceptions as e);

comment on view lint.sensitive_data is
  'One row per column, view or function that the access review does not know of: what the audit '
  'log masks, money beside its currency, what people read of it through views and functions. And '
  'per entry of the register that is about nothing.';
