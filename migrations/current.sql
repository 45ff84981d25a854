-- The next migration: tables, columns, types, constraints, indexes, data.

-- GraphQL and most clients have no infinite moments: one that is stored comes back as none. Such a
-- product stays retired, so no roll-up changes.
alter table app_public.products no force row level security, disable trigger user;
update app_public.products set retired_at = now() where not isfinite(retired_at);
alter table app_public.products force row level security, enable trigger user;
alter table app_public.products
  drop constraint if exists products_retired_at_is_finite_check,
  add constraint products_retired_at_is_finite_check check (isfinite(retired_at));
