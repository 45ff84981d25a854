create or replace function app_private.create_user(
  display_name app_public.person_name,
  locale app_public.locale_code
)
returns bigint
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into app_public.users (display_name, locale)
  values (create_user.display_name, create_user.locale)
  returning id
$$;
comment on function app_private.create_user(app_public.person_name, app_public.locale_code) is
  'Creates a person and returns the id.';
grant execute on function app_private.create_user(app_public.person_name, app_public.locale_code)
  to fluence_definer;
