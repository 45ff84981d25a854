-- after: compliance/views/access_rights
create or replace function app_private.list_access_rights()
returns table (
  organization text,
  holder_kind text,
  holder_name text,
  holder text,
  role app_public.user_role_enum,
  login_name name,
  data_class text,
  reads text[],
  since timestamptz,
  last_used_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    o.slug, r.holder_kind, r.holder_name, r.holder, r.role, r.login_name, r.data_class, r.reads,
    r.since, r.last_used_at
  from app_private.access_rights as r
  join app_public.organizations as o on o.id = r.organization_id
  order by o.slug, r.holder_kind, r.holder_name, r.holder, r.data_class
$$;
comment on function app_private.list_access_rights() is
  'The access review of all organizations, for whoever runs Fluence.';
grant execute on function app_private.list_access_rights() to fluence_server;
alter function app_private.list_access_rights() owner to fluence_definer;
