create or replace function app_private.watch_logins()
returns table (login_oid oid, login_name name, role app_public.user_role_enum, is_over boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update app_private.database_logins as l
  set revoked_at = statement_timestamp()
  where l.revoked_at is null and l.expires_at <= statement_timestamp();

  -- By OID and name: in a copy of the database on another server the OID may be anybody's.
  return query
  select l.login_oid, l.login_name, l.role, l.revoked_at is not null
  from app_private.database_logins as l
  join pg_catalog.pg_roles as r on r.oid = l.login_oid and r.rolname = l.login_name;
end
$$;
comment on function app_private.watch_logins() is
  'Ends the logins that have expired, and returns those whose role is still there: of one that is '
  'over the server ends the connections and drops the role.';
grant execute on function app_private.watch_logins() to fluence_server;
alter function app_private.watch_logins() owner to fluence_definer;
