create or replace function app_private.list_database_logins()
returns table (
  organization text,
  name text,
  login_name text,
  holder text,
  role app_public.user_role_enum,
  created_at timestamptz,
  expires_at timestamptz,
  connection_limit integer,
  last_used_at timestamptz,
  revoked_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    o.slug, l.name, l.login_name::text, u.display_name::text, l.role, l.created_at,
    l.expires_at, l.connection_limit, l.last_used_at, l.revoked_at
  from app_private.database_logins as l
  join app_public.organizations as o on o.id = l.organization_id
  left join app_public.memberships as m on m.id = l.membership_id
  left join app_public.users as u on u.id = m.user_id
  order by o.slug, l.name, l.id
$$;
comment on function app_private.list_database_logins() is
  'The database logins of all organizations, for whoever runs Fluence.';
grant execute on function app_private.list_database_logins() to fluence_server;
alter function app_private.list_database_logins() owner to fluence_definer;
