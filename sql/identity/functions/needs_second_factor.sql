create or replace function app_private.needs_second_factor(role app_public.user_role_enum)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select needs_second_factor.role in ('admin', 'finance_manager')
$$;
comment on function app_private.needs_second_factor(app_public.user_role_enum) is
  'Whether a role is given only to those who have a second factor.';
grant execute on function app_private.needs_second_factor(app_public.user_role_enum)
  to fluence_definer;
