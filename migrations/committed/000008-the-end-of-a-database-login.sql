--! Previous: sha1:a9878ea220aa1b6421fe219774cc662d4d54b418
--! Hash: sha1:b4245022d30983ef572208a6ef742415f89be2c8
--! Message: the end of a database login

-- The next migration: tables, columns, types, constraints, indexes, data.

-- A login that is over when it is made is a mistake.
alter table app_private.database_logins
  add constraint database_logins_expiry_check check (expires_at >= created_at);
