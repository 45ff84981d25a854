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
  insert into app_private.sessions (
    session_hash, organization_id, acting_brand_id, role, expires_at
  )
  select
    sha256(convert_to(v_handle, 'UTF8')),
    o.id,
    case o.kind when 'brand' then o.id end,
    open_session.role,
    now() + open_session.lifetime
  from app_public.organizations as o
  where o.id = open_session.organization_id;

  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no organization %s.', open_session.organization_id),
      hint = 'Check the id.';
  end if;
  return v_handle;
end
$$;
comment on function app_private.open_session(bigint, app_public.user_role_enum, interval) is
  'Opens a session for an organization in a role and returns its handle, for the server alone.';
grant execute on function app_private.open_session(bigint, app_public.user_role_enum, interval)
  to fluence_server;
alter function app_private.open_session(bigint, app_public.user_role_enum, interval)
  owner to fluence_definer;
