create or replace function app_private.second_factor_begin(
  proof_hash app_private.digest,
  address_key text
)
returns table (attempt_id bigint, secret bytea, last_step bigint)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id bigint;
  v_session app_private.sessions;
  v_factor app_private.second_factors;
  v_attempt_id bigint;
begin
  select a.user_id into v_user_id
  from app_private.login_attempts as a
  where a.challenge_hash = second_factor_begin.proof_hash
    and a.created_at > clock_timestamp() - interval '5 minutes';
  if not found then
    v_session := app_private.live_session(second_factor_begin.proof_hash);
    v_user_id := v_session.user_id;
  end if;
  select f.* into v_factor
  from app_private.second_factors as f
  where f.user_id = v_user_id;
  v_attempt_id := app_private.count_attempt(
    'second_factor', app_private.key_of_account('user:' || v_user_id),
    second_factor_begin.address_key, user_id => v_user_id, session_id => v_session.id
  );
  update app_private.login_attempts as a
  set secret_hash = sha256(v_factor.secret)
  where a.id = v_attempt_id;
  return query select v_attempt_id, v_factor.secret, v_factor.last_step;
end
$$;
comment on function app_private.second_factor_begin(app_private.digest, text) is
  'First step of giving a second factor, to one who holds a challenge or a live session (else '
  'FL102): counts the attempt, returns its id and the secret that the code must follow from (null '
  'without one). FL110 if there were too many.';
grant execute on function app_private.second_factor_begin(app_private.digest, text)
  to fluence_server;
alter function app_private.second_factor_begin(app_private.digest, text) owner to fluence_definer;
