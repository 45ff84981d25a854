create or replace function app_private.open_session(
  organization_id bigint,
  role app_public.user_role_enum,
  lifetime interval
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Two random UUIDs: 244 unguessable bits without an extension.
  v_handle text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  insert into app_private.sessions (session_hash, organization_id, role, expires_at)
  values (
    sha256(convert_to(v_handle, 'UTF8')),
    open_session.organization_id,
    open_session.role,
    now() + open_session.lifetime
  );
  return v_handle;
end
$$;
comment on function app_private.open_session(bigint, app_public.user_role_enum, interval) is
  'Opens a session for an organization in a role and returns its handle, for the server alone.';
grant execute on function app_private.open_session(bigint, app_public.user_role_enum, interval)
  to fluence_server;
alter function app_private.open_session(bigint, app_public.user_role_enum, interval)
  owner to fluence_definer;
