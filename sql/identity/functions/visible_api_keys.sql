create or replace function app_private.visible_api_keys()
returns table (
  id bigint,
  name text,
  role app_public.user_role_enum,
  created_by bigint,
  created_at timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    s.id, s.name, s.role, s.created_by, s.created_at, s.expires_at, s.last_used_at, s.revoked_at
  from app_private.sessions as s
  where s.kind = 'api_key'
    -- By a grant one sees those of the brand, and not the agency's.
    and s.organization_id = (
      select coalesce(app_public.current_brand_id(), app_public.current_organization_id())
    )
$$;
comment on function app_private.visible_api_keys() is
  'The API keys of the calling admin''s organization.';
grant execute on function app_private.visible_api_keys() to fluence_admin, fluence_auditor;
alter function app_private.visible_api_keys() owner to fluence_definer;
