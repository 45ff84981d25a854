create or replace function app_private.take_attempt(
  attempt_id bigint,
  kind app_private.attempt_kind,
  matched boolean
)
returns app_private.login_attempts
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attempt app_private.login_attempts;
begin
  update app_private.login_attempts as a
  set finished_at = clock_timestamp(), matched_at = clock_timestamp()
  where a.id = take_attempt.attempt_id
    and a.kind = take_attempt.kind
    and a.finished_at is null
    and a.user_id is not null
    and a.created_at > clock_timestamp() - interval '2 minutes'
    and take_attempt.matched
  returning a.* into v_attempt;
  if found then
    return v_attempt;
  end if;
  if take_attempt.kind = 'second_factor' then
    raise exception using
      errcode = 'FL114',
      message = 'The code is wrong.',
      hint = 'Wait for the next code, or use a recovery code.';
  end if;
  raise exception using
    errcode = 'FL111',
    message = 'The mail or the password is wrong.',
    hint = 'Try again, recover the password, or first follow the link of your registration.';
end
$$;
comment on function app_private.take_attempt(bigint, app_private.attempt_kind, boolean) is
  'Finishes an attempt that was right: once, within two minutes. Else FL111 or FL114, and it '
  'stays counted as a wrong one.';
grant execute on function app_private.take_attempt(bigint, app_private.attempt_kind, boolean)
  to fluence_definer;
