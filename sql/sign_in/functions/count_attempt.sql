create or replace function app_private.count_attempt(
  kind app_private.attempt_kind,
  account_key app_private.digest,
  address_key text,
  user_id bigint default null,
  session_id bigint default null
)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit app_private.attempt_limits;
  v_tries bigint;
  v_wait_until timestamptz;
  v_from_address bigint;
  v_id bigint;
begin
  -- One after the other: who counts sees all that were counted before. The account always before
  -- the address, so that nobody waits in a circle.
  perform pg_advisory_xact_lock(
    hashtext('fluence attempt on account'), hashtext(encode(count_attempt.account_key, 'hex'))
  );
  perform pg_advisory_xact_lock(
    hashtext('fluence attempt from address'), hashtext(count_attempt.address_key)
  );
  select l.* into strict v_limit
  from app_private.attempt_limits as l
  where l.kind = count_attempt.kind;

  select
    count(*),
    max(a.created_at) + least(
      v_limit.first_wait * power(2, least(count(*) - v_limit.free, 20)),
      v_limit.longest_wait
    )
  into v_tries, v_wait_until
  from app_private.login_attempts as a
  where a.account_key = count_attempt.account_key
    and a.kind = count_attempt.kind
    and a.created_at > clock_timestamp() - interval '1 day'
    and a.id > coalesce(
      (
        select max(m.id)
        from app_private.login_attempts as m
        where m.account_key = count_attempt.account_key
          and m.kind = count_attempt.kind
          and m.matched_at is not null
      ),
      0
    );
  select count(*) into v_from_address
  from app_private.login_attempts as a
  where a.address_key = count_attempt.address_key
    and a.kind = count_attempt.kind
    and a.created_at > clock_timestamp() - interval '15 minutes'
    and a.matched_at is null;

  if v_tries < v_limit.free then
    v_wait_until := null;
  end if;
  if v_from_address >= v_limit.per_address then
    v_wait_until := greatest(v_wait_until, clock_timestamp() + interval '1 minute');
  end if;
  if v_wait_until > clock_timestamp() then
    raise exception using
      errcode = 'FL110',
      message = 'There were too many attempts.',
      hint = format(
        'Try again in %s seconds.', ceil(extract(epoch from v_wait_until - clock_timestamp()))
      );
  end if;

  insert into app_private.login_attempts as a (
    kind, account_key, address_key, user_id, session_id, created_at
  )
  values (
    count_attempt.kind, count_attempt.account_key, count_attempt.address_key,
    count_attempt.user_id, count_attempt.session_id, clock_timestamp()
  )
  returning a.id into v_id;
  return v_id;
end
$$;
comment on function app_private.count_attempt(
  app_private.attempt_kind, app_private.digest, text, bigint, bigint
) is
  'Counts an attempt and returns its id, or refuses it (FL110), whether there is such an account '
  'or not. The caller commits before anything is compared.';
grant execute on function app_private.count_attempt(
  app_private.attempt_kind, app_private.digest, text, bigint, bigint
) to fluence_definer;
