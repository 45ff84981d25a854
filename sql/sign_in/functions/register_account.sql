create or replace function app_private.register_account(
  attempt_id bigint,
  mail app_public.mail_address,
  display_name app_public.person_name,
  locale app_public.locale_code,
  password_hash app_private.password_hash
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
  -- Right or not is no question here; it stays counted.
  update app_private.login_attempts as a
  set finished_at = clock_timestamp()
  where a.id = register_account.attempt_id
    and a.kind = 'registration'
    and a.account_key = app_private.key_of_account(v_mail_key)
    and a.finished_at is null
    and a.created_at > clock_timestamp() - interval '2 minutes';
  if not found then
    raise exception using
      errcode = 'FL111',
      message = 'This took too long.',
      hint = 'Try again.';
  end if;
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
  bigint, app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash
) is
  'Second step of registering, by the attempt that was counted: the person gets a mail to confirm '
  'the address, and the account is made by that. From outside it looks the same for a known '
  'address: its owner gets another mail.';
grant execute on function app_private.register_account(
  bigint, app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash
) to fluence_server;
alter function app_private.register_account(
  bigint, app_public.mail_address, app_public.person_name, app_public.locale_code,
  app_private.password_hash
) owner to fluence_definer;
