create or replace function app_private.live_session(session_hash app_private.digest)
returns app_private.sessions
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions;
begin
  select s.* into v_session
  from app_private.sessions as s
  where s.session_hash = live_session.session_hash
    and s.kind = 'person'
    and s.revoked_at is null
    and s.expires_at > statement_timestamp();
  if not found then
    raise exception using
      errcode = 'FL102',
      message = 'You are not signed in.',
      hint = 'Sign in.';
  end if;
  -- For the audit log: for whom the server acts until the end of the transaction.
  perform set_config('fluence.acting_session', v_session.id::text, true);
  return v_session;
end
$$;
comment on function app_private.live_session(app_private.digest) is
  'A person''s live session, or FL102. For functions of the server, which name their caller by it.';
grant execute on function app_private.live_session(app_private.digest) to fluence_definer;
