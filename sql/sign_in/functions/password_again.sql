create or replace function app_private.password_again(
  attempt_id bigint,
  session_hash app_private.digest,
  matched boolean
)
returns app_private.sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions := app_private.live_session(password_again.session_hash);
  v_attempt app_private.login_attempts;
begin
  v_attempt := app_private.take_attempt(
    password_again.attempt_id, 'password', password_again.matched
  );
  if v_attempt.session_id is distinct from v_session.id then
    raise exception using
      errcode = 'FL102',
      message = 'You are not signed in.',
      hint = 'Sign in.';
  end if;
  return v_session;
end
$$;
comment on function app_private.password_again(bigint, app_private.digest, boolean) is
  'The session of a person who has just given the password again within it; else FL102 or FL111.';
grant execute on function app_private.password_again(bigint, app_private.digest, boolean)
  to fluence_definer;
