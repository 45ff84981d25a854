create or replace function app_private.acts_for_platform()
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from app_public.organizations as o
    where o.id = (select app_public.current_organization_id()) and o.kind = 'platform'
  )
$$;
comment on function app_private.acts_for_platform() is
  'Whether the caller is of the organization that runs Fluence.';
grant execute on function app_private.acts_for_platform() to fluence_admin, fluence_auditor;
alter function app_private.acts_for_platform() owner to fluence_definer;
