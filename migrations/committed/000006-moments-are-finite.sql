--! Previous: sha1:9ee322cf4fb861c84a012136dab876a81bb3f733
--! Hash: sha1:bfb10b03a2ad1c63cf6e599dbe110b83987741da
--! Message: moments are finite

-- The next migration: tables, columns, types, constraints, indexes, data.

-- catalog: a moment is one that comes -----------------------------------------------------------

-- GraphQL and most clients have no infinite moments: one that is stored comes back as none.
alter table app_public.products no force row level security;
update app_public.products set retired_at = now() where not isfinite(retired_at);
alter table app_public.products force row level security;
alter table app_public.products
  add constraint products_retired_at_finite_check check (isfinite(retired_at));
