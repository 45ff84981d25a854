create or replace function app_private.change_mail(
  attempt_id bigint,
  session_hash app_private.digest,
  matched boolean,
  mail app_public.mail_address
)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions := app_private.password_again(
    change_mail.attempt_id, change_mail.session_hash, change_mail.matched
  );
  v_owner_id bigint;
begin
  -- It sends mail to whom one likes, as a registration does.
  perform app_private.count_attempt(
    'registration', app_private.key_of_account(app_private.mail_key(change_mail.mail)), null
  );
  select a.user_id into v_owner_id
  from app_private.user_accounts as a
  where a.mail_key = app_private.mail_key(change_mail.mail);
  perform app_private.void_tokens(v_session.user_id, 'change');
  if v_owner_id <> v_session.user_id then
    perform app_private.want_mail('mail-in-use', user_id => v_owner_id);
  else
    perform app_private.want_mail(
      'confirm-mail', user_id => v_session.user_id, purpose => 'change',
      address => change_mail.mail
    );
  end if;
end
$$;
comment on function app_private.change_mail(
  bigint, app_private.digest, boolean, app_public.mail_address
) is
  'Asks a new address of a person who has given the password to confirm itself. It looks the same '
  'for an address that somebody else has: its owner gets another mail.';
grant execute on function app_private.change_mail(
  bigint, app_private.digest, boolean, app_public.mail_address
) to fluence_server;
alter function app_private.change_mail(bigint, app_private.digest, boolean, app_public.mail_address)
  owner to fluence_definer;
