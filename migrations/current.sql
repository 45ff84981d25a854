-- The next migration: tables, columns, types, constraints, indexes, data.

-- GraphQL and most clients have no infinite moments: one that is stored comes back as none.
alter table app_public.products no force row level security;
update app_public.products set retired_at = now() where not isfinite(retired_at);
alter table app_public.products force row level security;
alter table app_public.products
  drop constraint if exists products_retired_at_is_finite_check,
  add constraint products_retired_at_is_finite_check check (isfinite(retired_at));
