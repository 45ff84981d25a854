create or replace function app_private.refresh_session(
  token_hash app_private.digest,
  new_token_hash app_private.digest
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
  v_token app_private.refresh_tokens;
  v_session app_private.sessions;
begin
  select t.* into v_token
  from app_private.refresh_tokens as t
  where t.token_hash = refresh_session.token_hash
  for update;
  select s.* into v_session
  from app_private.sessions as s
  where s.id = v_token.session_id;
  -- Used before: by a second tab at the same moment, or by a thief.
  if v_token.used_at < clock_timestamp() - interval '30 seconds' then
    perform app_private.end_sessions(v_session.user_id, family_id => v_session.family_id);
    return;
  end if;
  update app_private.sessions as s
  set
    last_used_at = statement_timestamp(),
    expires_at = greatest(
      s.expires_at,
      least(now() + interval '14 days', app_private.end_of_family(s.family_id))
    )
  where s.id = v_token.session_id
    and v_token.expires_at > statement_timestamp()
    and s.expires_at > statement_timestamp()
    and s.revoked_at is null
  returning s.* into v_session;
  if not found then
    return;
  end if;
  update app_private.refresh_tokens as t
  set used_at = clock_timestamp()
  where t.token_hash = refresh_session.token_hash and t.used_at is null;
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at)
  values (refresh_session.new_token_hash, v_session.id, v_session.expires_at);
  return query
  select
    'signed_in',
    v_session.id,
    coalesce(v_session.role::text, 'visitor'),
    v_session.acting_brand_id,
    v_session.expires_at;
end
$$;
comment on function app_private.refresh_session(app_private.digest, app_private.digest) is
  'Prolongs a session by its refresh token, which another one follows; no row if it is over, and '
  'the server answers FL903. The same token again: within 30 seconds that is another tab, later '
  'it ends the whole sign-in.';
grant execute on function app_private.refresh_session(app_private.digest, app_private.digest)
  to fluence_server;
alter function app_private.refresh_session(app_private.digest, app_private.digest)
  owner to fluence_definer;
