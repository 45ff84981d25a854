-- The only source of identity. The door decides: the session handle counts for the server's login
-- alone, because any other login could set it to whatever it likes; those are known by their role.
create or replace function app_private.current_caller()
returns table (organization_id bigint, role app_public.user_role_enum)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select s.organization_id, s.role
  from app_private.sessions as s
  where session_user = 'fluence_authenticator'
    and s.session_hash
      = sha256(convert_to(coalesce(current_setting('fluence.session_id', true), ''), 'UTF8'))
    and s.revoked_at is null
    and s.expires_at > statement_timestamp()
    and current_setting('role') = 'fluence_' || s.role
  union all
  select l.organization_id, l.role
  from app_private.database_logins as l
  where session_user <> 'fluence_authenticator'
    and l.login_oid = (select r.oid from pg_catalog.pg_roles as r where r.rolname = session_user)
    and l.revoked_at is null
$$;
comment on function app_private.current_caller() is
  'Who is calling: the organization and the role, or no row for nobody.';
alter function app_private.current_caller() owner to fluence_definer;
