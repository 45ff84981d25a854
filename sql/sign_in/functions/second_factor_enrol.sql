create or replace function app_private.second_factor_enrol(
  session_hash app_private.digest,
  secret bytea
)
returns text
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions := app_private.live_session(second_factor_enrol.session_hash);
begin
  insert into app_private.second_factors as f (user_id, wanted_secret)
  values (v_session.user_id, second_factor_enrol.secret)
  on conflict (user_id) do update
  set wanted_secret = excluded.wanted_secret
  where f.secret is null
    or v_session.second_factor_at > statement_timestamp() - interval '5 minutes';
  if not found then
    raise exception using
      errcode = 'FL117',
      message = 'This asks for your second factor again.',
      hint = 'Give a new code, then try again within five minutes.';
  end if;
  return (
    select a.mail from app_private.user_accounts as a where a.user_id = v_session.user_id
  );
end
$$;
comment on function app_private.second_factor_enrol(app_private.digest, bytea) is
  'Keeps the secret of a new second factor until its first code, and returns the address that it '
  'is called by in an app, if there is one. FL117: who has a factor must have given it within five '
  'minutes.';
grant execute on function app_private.second_factor_enrol(app_private.digest, bytea)
  to fluence_server;
alter function app_private.second_factor_enrol(app_private.digest, bytea) owner to fluence_definer;
