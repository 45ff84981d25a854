create or replace function app_private.create_api_key(
  session_hash app_private.digest,
  name text,
  role app_public.user_role_enum,
  expires_at timestamptz,
  key_hash app_private.digest
)
returns bigint
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_admin app_private.sessions := app_private.login_manager(create_api_key.session_hash);
  v_id bigint;
begin
  if app_private.needs_second_factor(create_api_key.role) then
    raise exception using
      errcode = 'FL122',
      message = format('An API key cannot get the role %s.', create_api_key.role),
      hint = 'Choose a role that asks for no second factor.';
  end if;
  insert into app_private.sessions as s (
    session_hash, kind, name, created_by, organization_id, acting_brand_id, role, expires_at
  )
  values (
    create_api_key.key_hash, 'api_key', create_api_key.name, v_admin.user_id,
    v_admin.organization_id, v_admin.acting_brand_id, create_api_key.role,
    create_api_key.expires_at
  )
  returning s.id into v_id;
  return v_id;
end
$$;
comment on function app_private.create_api_key(
  app_private.digest, text, app_public.user_role_enum, timestamptz, app_private.digest
) is
  'Makes an API key of the organization and returns its id; it ends with the membership of the '
  'admin. A machine has no second factor, so no '
  'key has a role that asks for one (FL122).';
grant execute on function app_private.create_api_key(
  app_private.digest, text, app_public.user_role_enum, timestamptz, app_private.digest
) to fluence_server;
alter function app_private.create_api_key(
  app_private.digest, text, app_public.user_role_enum, timestamptz, app_private.digest
) owner to fluence_definer;
