create or replace function app_private.second_factor_wanted(
  session_hash app_private.digest,
  address_key text
)
returns table (attempt_id bigint, secret bytea)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions := app_private.live_session(second_factor_wanted.session_hash);
  v_secret bytea;
  v_attempt_id bigint;
begin
  select f.wanted_secret into v_secret
  from app_private.second_factors as f
  where f.user_id = v_session.user_id;
  v_attempt_id := app_private.count_attempt(
    'second_factor', app_private.key_of_account('user:' || v_session.user_id),
    second_factor_wanted.address_key, user_id => v_session.user_id, session_id => v_session.id
  );
  update app_private.login_attempts as a
  set secret_hash = sha256(v_secret)
  where a.id = v_attempt_id;
  return query select v_attempt_id, v_secret;
end
$$;
comment on function app_private.second_factor_wanted(app_private.digest, text) is
  'First step of confirming a new second factor: counts the attempt, returns its id and the '
  'secret that waits for its first code (null if none does).';
grant execute on function app_private.second_factor_wanted(app_private.digest, text)
  to fluence_server;
alter function app_private.second_factor_wanted(app_private.digest, text) owner to fluence_definer;
