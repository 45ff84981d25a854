create or replace function app_private.create_organization(
  kind app_public.organization_kind,
  slug text,
  name text,
  time_zone text,
  currency text
)
returns app_public.organizations
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into app_public.organizations (kind, slug, name, time_zone, currency)
  values (
    create_organization.kind,
    create_organization.slug,
    create_organization.name,
    create_organization.time_zone,
    create_organization.currency
  )
  returning *
$$;
comment on function app_private.create_organization(
  app_public.organization_kind, text, text, text, text
) is 'Creates an organization and returns it, for the server and the command line.';
grant execute on function app_private.create_organization(
  app_public.organization_kind, text, text, text, text
) to fluence_server;
alter function app_private.create_organization(
  app_public.organization_kind, text, text, text, text
) owner to fluence_definer;
