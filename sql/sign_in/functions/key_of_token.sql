create or replace function app_private.key_of_token(token_hash app_private.digest)
returns app_private.digest
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select app_private.key_of_account('token:' || encode(key_of_token.token_hash, 'hex'))
$$;
comment on function app_private.key_of_token(app_private.digest) is
  'What attempts with the token of a mail are counted by.';
grant execute on function app_private.key_of_token(app_private.digest) to fluence_definer;
