-- The next migration: tables, columns, types, constraints, indexes, data.

-- A login that is over when it is made is a mistake.
alter table app_private.database_logins
  add constraint database_logins_expiry_check check (expires_at >= created_at);
