create or replace function app_private.login_manager(session_hash app_private.digest)
returns app_private.sessions
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions := app_private.live_session(login_manager.session_hash);
begin
  -- Locked as by acting_admin(): what is made now is seen by whoever ends this admin's membership.
  perform from app_public.organizations as o
  where o.id = v_session.organization_id
  for no key update;
  v_session := app_private.live_session(login_manager.session_hash);
  if v_session.role is distinct from 'admin' then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin can do this.',
      hint = 'Ask an admin of your organization.';
  end if;
  if coalesce(v_session.second_factor_at < statement_timestamp() - interval '5 minutes', true) then
    raise exception using
      errcode = 'FL117',
      message = 'This asks for your second factor again.',
      hint = 'Give a new code, then try again within five minutes.';
  end if;
  return v_session;
end
$$;
comment on function app_private.login_manager(app_private.digest) is
  'The session of an admin who has given the second factor within the last five minutes, else '
  'FL102, FL103 or FL117: who makes API keys and database logins. The server asks before it '
  'creates a role.';
grant execute on function app_private.login_manager(app_private.digest)
  to fluence_server, fluence_definer;
alter function app_private.login_manager(app_private.digest) owner to fluence_definer;
