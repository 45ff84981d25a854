create or replace function app_private.create_account(
  mail app_public.mail_address,
  display_name app_public.person_name,
  locale app_public.locale_code,
  password_hash app_private.password_hash
)
returns bigint
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id bigint := app_private.create_user(
    create_account.display_name, create_account.locale
  );
begin
  insert into app_private.user_accounts (
    user_id, mail, mail_key, password_hash, mail_confirmed_at
  )
  values (
    v_user_id, create_account.mail, app_private.mail_key(create_account.mail),
    create_account.password_hash, statement_timestamp()
  );
  return v_user_id;
end
$$;
comment on function app_private.create_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash
) is
  'Creates a person with a confirmed address and returns the id: for the command line and the '
  'demo, whose operator vouches for it.';
grant execute on function app_private.create_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash
) to fluence_server;
alter function app_private.create_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash
) owner to fluence_definer;
