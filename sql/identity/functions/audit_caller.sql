-- The door is told by the login alone, as everywhere: what a person's own login sets, nobody reads.
create or replace function app_private.audit_caller(
  out door app_public.audit_door,
  out user_id bigint,
  out session_id bigint,
  out login text,
  out role text,
  out request_id text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_application constant text := current_setting('application_name');
begin
  case session_user
    when 'fluence_authenticator' then
      door := 'app';
      -- Also one that has just been ended, by whoever signs out.
      select s.user_id, s.id, coalesce(s.role::text, 'visitor')
      into audit_caller.user_id, audit_caller.session_id, audit_caller.role
      from app_private.sessions as s
      where s.session_hash
        = sha256(convert_to(current_setting('fluence.session_id', true), 'UTF8'));
      role := coalesce(role, 'visitor');
    when 'fluence_server' then
      select s.user_id, s.id, coalesce(s.role::text, 'visitor')
      into audit_caller.user_id, audit_caller.session_id, audit_caller.role
      from app_private.sessions as s
      where s.id = nullif(current_setting('fluence.acting_session', true), '')::bigint;
      door := case
        when session_id is not null or v_application like 'fluence server%' then 'app'
        else 'command'
      end;
    when 'fluence_worker' then
      door := 'worker';
    else
      login := session_user;
      -- The login that installed us makes and ends database logins, for an admin or by a command.
      if pg_has_role(session_user, 'fluence_server', 'usage') then
        select s.user_id, s.id, s.role::text
        into audit_caller.user_id, audit_caller.session_id, audit_caller.role
        from app_private.sessions as s
        where s.id = nullif(current_setting('fluence.acting_session', true), '')::bigint;
        door := case when session_id is not null then 'app' else 'house' end;
      else
        select l.user_id, l.role
        into audit_caller.user_id, audit_caller.role
        from app_private.current_login as l;
        door := case
          when exists (
            select from app_private.database_logins as l
            where l.login_oid = (select r.oid from pg_roles as r where r.rolname = session_user)
          ) then 'sql'
          else 'house'
        end;
      end if;
      if door <> 'app' then
        return;
      end if;
  end case;
  request_id := left(substring(v_application from '^fluence (?:server )?req:(.+)$'), 100);
end
$$;
comment on function app_private.audit_caller() is
  'Who is calling, and through which door, as the audit log notes it.';
grant execute on function app_private.audit_caller() to fluence_definer;
