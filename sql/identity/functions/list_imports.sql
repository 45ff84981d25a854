create or replace function app_private.list_imports()
returns table (organization text, run app_public.import_runs)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select o.slug, r
  from app_public.import_runs as r
  join app_public.organizations as o on o.id = r.brand_id
$$;
comment on function app_private.list_imports() is
  'All runs of imports with the short name of their brand, for the command line.';
grant execute on function app_private.list_imports() to fluence_server;
alter function app_private.list_imports() owner to fluence_definer;
