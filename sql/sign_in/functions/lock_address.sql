create or replace function app_private.lock_address(mail_key text)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select pg_advisory_xact_lock(
    hashtext('fluence address of an account'), hashtext(lock_address.mail_key)
  )
$$;
comment on function app_private.lock_address(text) is
  'Until the end of the transaction nobody else makes that address one of an account.';
grant execute on function app_private.lock_address(text) to fluence_definer;
