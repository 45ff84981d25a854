create or replace function app_public.revoke_api_key(key_id bigint)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  update app_private.sessions as s
  set revoked_at = statement_timestamp()
  where s.id = revoke_api_key.key_id
    and s.kind = 'api_key'
    and s.organization_id = v_admin.organization_id
    and s.revoked_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no API key %s.', revoke_api_key.key_id),
      hint = 'Check the id.';
  end if;
end
$$;
comment on function app_public.revoke_api_key(bigint) is
  'Ends an API key of the organization at once.';
grant execute on function app_public.revoke_api_key(bigint) to fluence_admin;
alter function app_public.revoke_api_key(bigint) owner to fluence_definer;
