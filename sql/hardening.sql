-- What PostgreSQL lets everybody do who can log in, though no BI tool needs it, taken from PUBLIC
-- and left to our own roles. Of one database; needs a superuser; running it again changes nothing.
-- Where the server is ours, each start runs it. Elsewhere: psql -f sql/hardening.sql <database>.
--
-- What cannot be taken away: LISTEN and NOTIFY, SET of most settings, one's own password and
-- defaults, the names of roles and tables in the catalogue, the planner's estimates.
do $$
declare
  v_ours text := 'fluence_owner, fluence_definer, fluence_migrator, fluence_server, fluence_worker';
  v_function record;
  v_login name;
begin
  -- The login that installs us owns the database, and need not be a superuser.
  v_ours := (
    select format('%s, pg_monitor, %s', v_ours, d.datdba::regrole)
    from pg_catalog.pg_database as d
    where d.datname = current_database()
  );

  -- DO blocks: a program that works on and on, unseen.
  if has_language_privilege('public', 'plpgsql', 'usage') then
    execute format('grant usage on language plpgsql to %s', v_ours);
    revoke usage on language plpgsql from public;
  end if;

  -- The right to UPDATE a view is also one to lock it, and so to stop all who look at settings.
  if has_table_privilege('public', 'pg_catalog.pg_settings', 'update') then
    revoke update on pg_catalog.pg_settings from public;
  end if;

  for v_function in
    select p.oid::regprocedure as signature, p.proname as name
    from pg_catalog.pg_proc as p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and has_function_privilege('public', p.oid, 'execute')
      and (
        -- Locks that hold up migrations and the outbox. (What gives them back, poolers call.)
        p.proname ~ '^pg_(try_)?advisory_(xact_)?lock'
        -- Large objects, and messages into the write-ahead log: both fill the disk.
        or p.proname ~ '^(lo_\w+|loread|lowrite|pg_logical_emit_message)$'
        -- What others do at this moment, and have done.
        or p.proname ~ '^pg_stat_get_' or p.proname = 'pg_lock_status'
      )
  loop
    execute format('revoke execute on function %s from public', v_function.signature);
    if v_function.name not in ('pg_logical_emit_message') and v_function.name !~ '^lo' then
      execute format('grant execute on function %s to %s', v_function.signature, v_ours);
    end if;
  end loop;

  -- Connections that the server keeps (reserved_connections), from PostgreSQL 16 on: where database
  -- logins hold all others, they are for the house.
  if to_regrole('pg_use_reserved_connections') is not null then
    for v_login in
      select r.rolname
      from pg_catalog.pg_roles as r
      where r.rolcanlogin
        and r.oid::regrole::text = any (
          array['fluence_authenticator'] || string_to_array(v_ours, ', ')
        )
        and not pg_has_role(r.oid, 'pg_use_reserved_connections', 'usage')
    loop
      execute format(
        'grant pg_use_reserved_connections to %I with inherit true, set false', v_login
      );
    end loop;
  end if;

  -- What others have asked, where that extension is there.
  for v_function in
    select d.objid::regprocedure as signature
    from pg_catalog.pg_depend as d
    join pg_catalog.pg_extension as e on e.oid = d.refobjid and e.extname = 'pg_stat_statements'
    where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_extension'::regclass
      and d.deptype = 'e' and has_function_privilege('public', d.objid, 'execute')
  loop
    execute format('revoke execute on function %s from public', v_function.signature);
    execute format('grant execute on function %s to %s', v_function.signature, v_ours);
  end loop;
end
$$;
