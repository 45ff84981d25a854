create or replace function app_private.revoke_database_login(organization_id bigint, name text)
returns name
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login_name name;
begin
  update app_private.database_logins as l
  set revoked_at = statement_timestamp()
  where l.organization_id = revoke_database_login.organization_id
    and l.name = revoke_database_login.name
    and l.revoked_at is null
  returning l.login_name into v_login_name;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such database login.',
      hint = 'Check its name.';
  end if;
  return v_login_name;
end
$$;
comment on function app_private.revoke_database_login(bigint, text) is
  'Ends a database login: from the next statement on it is nobody. Returns the role, whose '
  'connections the server then ends.';
grant execute on function app_private.revoke_database_login(bigint, text) to fluence_server;
alter function app_private.revoke_database_login(bigint, text) owner to fluence_definer;
