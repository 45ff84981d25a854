create or replace function app_private.visible_database_logins()
returns table (
  id bigint,
  name text,
  login_name text,
  role app_public.user_role_enum,
  acting_brand_id bigint,
  membership_id bigint,
  created_by bigint,
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
    l.id, l.name, l.login_name::text, l.role, l.acting_brand_id, l.membership_id, l.created_by,
    l.created_at, l.expires_at, l.connection_limit, l.last_used_at, l.revoked_at
  from app_private.database_logins as l
  -- By a grant one sees those of the brand, and not the agency's.
  where l.organization_id = (
    select coalesce(app_public.current_brand_id(), app_public.current_organization_id())
  )
$$;
comment on function app_private.visible_database_logins() is
  'The database logins of the calling admin''s organization.';
grant execute on function app_private.visible_database_logins() to fluence_admin, fluence_auditor;
alter function app_private.visible_database_logins() owner to fluence_definer;
