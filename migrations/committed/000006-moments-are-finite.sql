--! Previous: sha1:9ee322cf4fb861c84a012136dab876a81bb3f733
--! Hash: sha1:13431f8c84b5d9eed1f0a6245bd05d3055ba050a
--! Message: moments are finite

-- The next migration: tables, columns, types, constraints, indexes, data.

-- catalog: a moment is one that comes -----------------------------------------------------------

alter table app_public.products
  add constraint products_retired_at_finite_check check (isfinite(retired_at));
