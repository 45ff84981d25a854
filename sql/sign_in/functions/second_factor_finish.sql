create or replace function app_private.second_factor_finish(
  attempt_id bigint,
  proof_hash app_private.digest,
  step bigint,
  code_hash app_private.digest,
  session_hash app_private.digest default null,
  refresh_hash app_private.digest default null,
  device text default null
)
returns table (
  outcome text,
  session_id bigint,
  role text,
  acting_brand_id bigint,
  expires_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attempt app_private.login_attempts;
  v_challenged_at timestamptz;
  v_session app_private.sessions;
begin
  v_attempt := app_private.take_attempt(
    second_factor_finish.attempt_id, 'second_factor',
    num_nonnulls(second_factor_finish.step, second_factor_finish.code_hash) = 1
  );
  perform from app_public.users as u where u.id = v_attempt.user_id for share;
  update app_private.second_factors as f
  set last_step = second_factor_finish.step
  where f.user_id = v_attempt.user_id
    and f.last_step < second_factor_finish.step
    -- A code of the device that was replaced meanwhile opens nothing.
    and sha256(f.secret) = v_attempt.secret_hash;
  if not found then
    update app_private.recovery_codes as c
    set used_at = statement_timestamp()
    where c.user_id = v_attempt.user_id
      and c.code_hash = second_factor_finish.code_hash
      and c.used_at is null;
  end if;
  if not found then
    raise exception using
      errcode = 'FL114',
      message = 'The code is wrong.',
      hint = 'Wait for the next code, or use a recovery code.';
  end if;

  update app_private.login_attempts as a
  set challenge_hash = null
  from app_private.user_accounts as u
  where a.challenge_hash = second_factor_finish.proof_hash
    and a.user_id = v_attempt.user_id
    and a.created_at > clock_timestamp() - interval '7 minutes'
    and u.user_id = a.user_id
    and u.password_changed_at <= a.created_at
  returning a.created_at into v_challenged_at;
  if found then
    v_session := app_private.open_person_session(
      v_attempt.user_id, null, null, null, statement_timestamp(),
      second_factor_finish.session_hash, second_factor_finish.refresh_hash,
      second_factor_finish.device
    );
    perform app_private.notice_new_device(v_session);
  else
    v_session := app_private.live_session(second_factor_finish.proof_hash);
    if v_session.user_id <> v_attempt.user_id then
      raise exception using
        errcode = 'FL102',
        message = 'You are not signed in.',
        hint = 'Sign in.';
    end if;
    update app_private.sessions as s
    set second_factor_at = statement_timestamp()
    where s.family_id = v_session.family_id and s.revoked_at is null;
  end if;
  return query
  select
    'signed_in',
    v_session.id,
    coalesce(v_session.role::text, 'visitor'),
    v_session.acting_brand_id,
    v_session.expires_at;
end
$$;
comment on function app_private.second_factor_finish(
  bigint, app_private.digest, bigint, app_private.digest, app_private.digest,
  app_private.digest, text
) is
  'Second step of giving a second factor: the time step whose code matched (null if none did), or '
  'the hash of a recovery code; each works once, else FL114. A challenge opens the session; '
  'within a session it counts as given just now.';
grant execute on function app_private.second_factor_finish(
  bigint, app_private.digest, bigint, app_private.digest, app_private.digest,
  app_private.digest, text
) to fluence_server;
alter function app_private.second_factor_finish(
  bigint, app_private.digest, bigint, app_private.digest, app_private.digest,
  app_private.digest, text
) owner to fluence_definer;
