create or replace function app_private.login_finish(
  attempt_id bigint,
  matched boolean,
  session_hash app_private.digest,
  refresh_hash app_private.digest,
  challenge_hash app_private.digest,
  device text default null,
  new_password_hash app_private.password_hash default null
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
  v_account app_private.user_accounts;
  v_session app_private.sessions;
begin
  v_attempt := app_private.take_attempt(
    login_finish.attempt_id, 'password', login_finish.matched
  );
  -- Who changes the password holds this lock: the old one does not slip through.
  perform from app_public.users as u where u.id = v_attempt.user_id for share;
  select a.* into v_account
  from app_private.user_accounts as a
  where a.user_id = v_attempt.user_id and a.password_changed_at <= v_attempt.created_at;
  if not found then
    raise exception using
      errcode = 'FL111',
      message = 'The mail or the password is wrong.',
      hint = 'Try again, recover the password, or first follow the link of your registration.';
  end if;
  if exists (
    select from app_public.users as u
    where u.id = v_attempt.user_id and u.deactivated_at is not null
  ) then
    raise exception using
      errcode = 'FL113',
      message = 'This account was closed.',
      hint = 'Ask an admin.';
  end if;

  if login_finish.new_password_hash is not null then
    update app_private.user_accounts as a
    set password_hash = login_finish.new_password_hash
    where a.user_id = v_attempt.user_id;
  end if;
  if exists (
    select from app_private.second_factors as f
    where f.user_id = v_attempt.user_id and f.confirmed_at is not null
  ) then
    update app_private.login_attempts as a
    set challenge_hash = login_finish.challenge_hash
    where a.id = v_attempt.id;
    return query
    select
      'second_factor', null::bigint, null::text, null::bigint,
      v_attempt.created_at + interval '5 minutes';
    return;
  end if;

  v_session := app_private.open_person_session(
    v_attempt.user_id, null, null, null, null, login_finish.session_hash,
    login_finish.refresh_hash, login_finish.device
  );
  perform app_private.notice_new_device(v_session);
  return query
  select
    case when v_session.role is null and v_session.membership_id is not null
      then 'enrol' else 'signed_in' end,
    v_session.id,
    coalesce(v_session.role::text, 'visitor'),
    v_session.acting_brand_id,
    v_session.expires_at;
end
$$;
comment on function app_private.login_finish(
  bigint, boolean, app_private.digest, app_private.digest, app_private.digest, text,
  app_private.password_hash
) is
  'Second step of signing in, after the server compared. signed_in: the session is open; enrol: '
  'it is, but has no role until a second factor is set up; second_factor: it is not, the '
  'challenge lets the one who holds it give a code for five minutes. FL111 wrong; FL113 tells more '
  'only to who knows the password. A new hash replaces the old one of the same password.';
grant execute on function app_private.login_finish(
  bigint, boolean, app_private.digest, app_private.digest, app_private.digest, text,
  app_private.password_hash
) to fluence_server;
alter function app_private.login_finish(
  bigint, boolean, app_private.digest, app_private.digest, app_private.digest, text,
  app_private.password_hash
) owner to fluence_definer;
