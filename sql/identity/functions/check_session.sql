-- What the server asks before each request; the policies ask again, within it.
create or replace function app_private.check_session(handle text)
returns table (
  role text,
  acting_brand_id bigint,
  expires_at timestamptz,
  kind app_public.session_kind,
  use_is_due boolean
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select
    coalesce(s.role::text, 'visitor'),
    s.acting_brand_id,
    s.expires_at,
    s.kind,
    s.kind = 'api_key'
      and coalesce(s.last_used_at < statement_timestamp() - interval '1 minute', true)
  from app_private.sessions as s
  where s.session_hash = sha256(convert_to(check_session.handle, 'UTF8'))
    and s.revoked_at is null
    and s.expires_at > statement_timestamp();
end
$$;
comment on function app_private.check_session(text) is
  'The role, the brand, the end and the kind of a live session, or no row; for the server alone. '
  'use_is_due: the server should call note_key_use().';
grant execute on function app_private.check_session(text) to fluence_server;
alter function app_private.check_session(text) owner to fluence_definer;
