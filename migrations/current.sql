-- The next migration: tables, columns, types, constraints, indexes, data.

-- catalog: a moment is one that comes -----------------------------------------------------------

alter table app_public.products drop constraint if exists products_retired_at_finite_check;
alter table app_public.products
  add constraint products_retired_at_finite_check check (isfinite(retired_at));
