create or replace function app_private.delete_account(
  attempt_id bigint,
  session_hash app_private.digest,
  matched boolean
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
    delete_account.attempt_id, delete_account.session_hash, delete_account.matched
  );
  v_user_id bigint := v_session.user_id;
  v_mail app_public.mail_address;
begin
  if coalesce(v_session.second_factor_at < statement_timestamp() - interval '5 minutes', true)
    and exists (
      select from app_private.second_factors as f
      where f.user_id = v_user_id and f.confirmed_at is not null
    )
  then
    raise exception using
      errcode = 'FL117',
      message = 'This asks for your second factor again.',
      hint = 'Give a new code, then try again within five minutes.';
  end if;
  -- Triggers refuse the last admin, and end the sessions and logins.
  update app_public.users as u
  set deleted_at = statement_timestamp(), display_name = null
  where u.id = v_user_id;
  update app_public.memberships as m
  set ended_at = statement_timestamp()
  where m.user_id = v_user_id and m.ended_at is null;
  -- Mails that wait would go to an address that we no longer have.
  update app_private.mails as m
  set sent_at = statement_timestamp(), address = null
  where m.user_id = v_user_id and (m.sent_at is null or m.address is not null);
  delete from app_private.mail_tokens as t
  using app_private.mails as m
  where m.id = t.mail_id and m.user_id = v_user_id;
  delete from app_private.recovery_codes as c where c.user_id = v_user_id;
  delete from app_private.second_factors as f where f.user_id = v_user_id;
  delete from app_private.user_accounts as a
  where a.user_id = v_user_id
  returning a.mail into v_mail;
  perform app_private.want_mail('account-deleted', user_id => v_user_id, address => v_mail);
end
$$;
comment on function app_private.delete_account(bigint, app_private.digest, boolean) is
  'Deletes the account of a person who has given the password: name, address, password and '
  'factors go; the number stays beside what the person did. FL117: who has a second factor must '
  'have given it within five minutes. FL120 for the last admin.';
grant execute on function app_private.delete_account(bigint, app_private.digest, boolean)
  to fluence_server;
alter function app_private.delete_account(bigint, app_private.digest, boolean)
  owner to fluence_definer;
