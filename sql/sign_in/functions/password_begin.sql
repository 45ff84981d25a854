create or replace function app_private.password_begin(
  session_hash app_private.digest,
  address_key text
)
returns table (attempt_id bigint, password_hash text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions := app_private.live_session(password_begin.session_hash);
  v_account app_private.user_accounts;
begin
  select a.* into v_account
  from app_private.user_accounts as a
  where a.user_id = v_session.user_id;
  if not found then
    raise exception using
      errcode = 'FL102',
      message = 'You are not signed in.',
      hint = 'Sign in.';
  end if;
  return query
  select
    app_private.count_attempt(
      'password', app_private.key_of_account(v_account.mail_key), password_begin.address_key,
      user_id => v_session.user_id, session_id => v_session.id
    ),
    v_account.password_hash::text;
end
$$;
comment on function app_private.password_begin(app_private.digest, text) is
  'Before something that asks for the password again: counts the attempt, together with those of '
  'signing in, and returns its id and the hash to compare with.';
grant execute on function app_private.password_begin(app_private.digest, text) to fluence_server;
alter function app_private.password_begin(app_private.digest, text) owner to fluence_definer;
