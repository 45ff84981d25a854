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
  v_account app_private.user_accounts;
  v_user_id bigint;
begin
  perform app_private.count_attempt(
    'registration', app_private.key_of_account(v_mail_key), register_account.address_key
  );
  select a.* into v_account
  from app_private.user_accounts as a
  where a.mail_key = v_mail_key;
  if v_account.mail_confirmed_at is not null then
    perform app_private.want_mail('mail-in-use', user_id => v_account.user_id);
    return;
  end if;

  if v_account.user_id is null then
    v_user_id := app_private.create_user(register_account.display_name, register_account.locale);
    insert into app_private.user_accounts (user_id, mail, mail_key, password_hash)
    values (v_user_id, register_account.mail, v_mail_key, register_account.password_hash);
  else
    -- Never confirmed, so whoever reads the next mail decides; what was said before is void.
    v_user_id := v_account.user_id;
    update app_public.users as u
    set display_name = register_account.display_name, locale = register_account.locale
    where u.id = v_user_id;
    update app_private.user_accounts as a
    set password_hash = register_account.password_hash, password_changed_at = clock_timestamp()
    where a.user_id = v_user_id;
    perform app_private.void_tokens(v_user_id, 'confirm');
  end if;
  perform app_private.want_mail('confirm-mail', user_id => v_user_id, purpose => 'confirm');
end
$$;
comment on function app_private.register_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash, text
) is
  'Registers a person, who then gets a mail to confirm the address. From outside it looks the '
  'same for a known address: its owner gets another mail.';
grant execute on function app_private.register_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash, text
) to fluence_server;
alter function app_private.register_account(
  app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash, text
) owner to fluence_definer;
