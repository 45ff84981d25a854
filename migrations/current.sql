-- The next migration: tables, columns, types, constraints, indexes, data.

-- identity: an admin comes in by the app ---------------------------------------------------------

-- The role asks for a second factor, and PostgreSQL asks for none. The watch drops what is over.
alter table app_private.database_logins no force row level security;
update app_private.database_logins set revoked_at = now()
where role = 'admin' and revoked_at is null;
alter table app_private.database_logins force row level security;
alter table app_private.database_logins
  add constraint database_logins_no_admin_check check (role <> 'admin' or revoked_at is not null);
