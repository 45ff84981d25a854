create or replace function app_private.key_of_account(name text)
returns app_private.digest
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select sha256(convert_to(key_of_account.name, 'UTF8'))::app_private.digest
$$;
comment on function app_private.key_of_account(text) is
  'What attempts are counted by: a hash, so that unknown addresses are not collected.';
grant execute on function app_private.key_of_account(text) to fluence_definer;
