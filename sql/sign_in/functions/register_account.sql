create or replace function app_private.register_account(
  mail app_public.mail_address,
  display_name app_public.person_name,
  locale app_public.locale_code,
  password_hash app_private.password_hash,
  address_key text
)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail_key text := app_private.mail_key(register_account.mail);
  v_user_id bigint;
  v_registration_id bigint;
begin
  perform app_private.count_attempt(
    'registration', app_private.key_of_account(v_mail_key), register_account.address_key
  );
  select a.user_id into v_user_id
  from app_private.user_accounts as a
  where a.mail_key = v_mail_key;
  if found then
    perform app_private.want_mail('mail-in-use', user_id => v_user_id);
    return;
  end if;
  -- Beside those that wait already: which of them counts, the reader of the mails decides.
  insert into app_private.registrations as r (
    mail, mail_key, display_name, locale, password_hash
  )
  values (
    register_account.mail, v_mail_key, register_account.display_name, register_account.locale,
    register_account.password_hash
  )
  returning r.id into v_registration_id;
  perform app_private.want_mail(
    'confirm-mail', purpose => 'confirm', registration_id => v_registration_id
  );
end
$$;
comment on function app_private.register_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash, text
) is
  'Registers a person, who then gets a mail to confirm the address; the account is made by that. '
  'From outside it looks the same for a known address: its owner gets another mail.';
grant execute on function app_private.register_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash, text
) to fluence_server;
alter function app_private.register_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash, text
) owner to fluence_definer;
