-- after: compliance/views/access_rights
create or replace function app_private.visible_access_rights()
returns setof app_private.access_rights
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select r.*
  from app_private.access_rights as r
  -- By a grant one sees those of the brand, and not the agency's.
  where r.organization_id = (
    select coalesce(app_public.current_brand_id(), app_public.current_organization_id())
  )
$$;
comment on function app_private.visible_access_rights() is
  'Who can read which sensitive data of the calling admin''s or auditor''s organization.';
grant execute on function app_private.visible_access_rights() to fluence_admin, fluence_auditor;
alter function app_private.visible_access_rights() owner to fluence_definer;
