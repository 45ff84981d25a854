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
  v_mail_key text := app_private.mail_key(create_account.mail);
  v_user_id bigint;
begin
  perform app_private.lock_address(v_mail_key);
  v_user_id := app_private.create_user(create_account.display_name, create_account.locale);
  insert into app_private.user_accounts (user_id, mail, mail_key, password_hash)
  values (v_user_id, create_account.mail, v_mail_key, create_account.password_hash);
  -- Whoever else has registered with this address comes too late, with all mails of theirs.
  delete from app_private.registrations as r where r.mail_key = v_mail_key;
  return v_user_id;
end
$$;
comment on function app_private.create_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash
) is
  'Creates a person with a confirmed address and returns the id. The command line and the demo '
  'vouch for it; else a mail did. What waited for a confirmation of that address is void.';
grant execute on function app_private.create_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash
) to fluence_server;
alter function app_private.create_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash
) owner to fluence_definer;
