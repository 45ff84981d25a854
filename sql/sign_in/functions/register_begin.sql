create or replace function app_private.register_begin(
  mail app_public.mail_address,
  display_name app_public.person_name,
  locale app_public.locale_code,
  address_key text
)
returns bigint
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return app_private.count_attempt(
    'registration', app_private.key_of_account(app_private.mail_key(register_begin.mail)),
    register_begin.address_key
  );
end
$$;
comment on function app_private.register_begin(
  app_public.mail_address, app_public.person_name, app_public.locale_code, text
) is
  'First step of registering: refuses what cannot be registered, counts the attempt and returns '
  'its id. FL110 if there were too many. The server commits before it hashes the password.';
grant execute on function app_private.register_begin(
  app_public.mail_address, app_public.person_name, app_public.locale_code, text
) to fluence_server;
alter function app_private.register_begin(
  app_public.mail_address, app_public.person_name, app_public.locale_code, text
) owner to fluence_definer;
