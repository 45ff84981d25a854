create or replace function app_private.logout(session_hash app_private.digest)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions;
begin
  select s.* into v_session
  from app_private.sessions as s
  where s.session_hash = logout.session_hash and s.kind = 'person';
  if found then
    perform set_config('fluence.acting_session', v_session.id::text, true);
    perform app_private.end_sessions(v_session.user_id, family_id => v_session.family_id);
  end if;
end
$$;
comment on function app_private.logout(app_private.digest) is
  'Signs a person out here: ends the sessions of this sign-in, those for other organizations too.';
grant execute on function app_private.logout(app_private.digest) to fluence_server;
alter function app_private.logout(app_private.digest) owner to fluence_definer;
