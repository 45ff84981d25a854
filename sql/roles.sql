-- The roles of the house, for the whole cluster. Run by the login that may create roles, before
-- any migration; running it again changes nothing. Who may do what stands in each room's policies.
do $$
declare
  v_role text;
  v_parent text;
begin
  -- From PostgreSQL 16 on, a creator who is no superuser is not given its own roles otherwise.
  if current_setting('createrole_self_grant', true) is not null then
    perform set_config('createrole_self_grant', 'set, inherit', true);
  end if;

  -- fluence_owner owns schemas, tables and views; fluence_definer owns the functions that act with
  -- rights of their own, and no table.
  foreach v_role in array array['fluence_owner', 'fluence_definer'] loop
    if not exists (select from pg_roles where rolname = v_role) then
      execute format('create role %I nologin noinherit', v_role);
    end if;
  end loop;

  -- The doors: each is a login of its own, so that session_user tells through which one came in.
  foreach v_role in array array[
    'fluence_migrator', 'fluence_server', 'fluence_authenticator', 'fluence_worker'
  ] loop
    if not exists (select from pg_roles where rolname = v_role) then
      execute format(
        'create role %I login %s', v_role,
        case v_role when 'fluence_authenticator' then 'noinherit' else 'inherit' end
      );
    end if;
  end loop;

  -- The people: a membership gives one of these, a database login is a member of one of these.
  foreach v_role in array array[
    'fluence_visitor', 'fluence_admin', 'fluence_analyst', 'fluence_marketing_manager',
    'fluence_campaign_manager', 'fluence_product_manager', 'fluence_influencer_manager',
    'fluence_finance_manager', 'fluence_support_agent', 'fluence_report_reader',
    'fluence_influencer', 'fluence_agency_manager', 'fluence_auditor'
  ] loop
    if not exists (select from pg_roles where rolname = v_role) then
      execute format('create role %I nologin', v_role);
    end if;
    if not exists (
      select from pg_auth_members m
      where m.roleid = to_regrole(v_role) and m.member = to_regrole('fluence_authenticator')
    ) then
      execute format('grant %I to fluence_authenticator', v_role);
    end if;
  end loop;

  -- Migrations and the loader act as the owner or as the definer. The owner may hand a function to
  -- the definer (or to the worker, where it needs the job queue), but does not inherit its rights:
  -- a policy for the definer is none for the owner.
  for v_parent, v_role in values
    ('fluence_owner', 'fluence_migrator'),
    ('fluence_definer', 'fluence_migrator'),
    ('fluence_definer', 'fluence_owner'),
    ('fluence_worker', 'fluence_migrator'),
    ('fluence_worker', 'fluence_owner')
  loop
    if not exists (
      select from pg_auth_members m
      where m.roleid = to_regrole(v_parent) and m.member = to_regrole(v_role)
    ) then
      execute format('grant %I to %I', v_parent, v_role);
    end if;
  end loop;

  -- PostgreSQL quotes values in its errors, and its log is no place for what people send. Our own
  -- log has the codes of these errors. Refusals of people's own logins stay in PostgreSQL's, for
  -- the auditor. Only a superuser can set this; elsewhere it is up to whoever owns the server.
  if (select r.rolsuper from pg_roles as r where r.rolname = current_user) then
    foreach v_role in array array['fluence_server', 'fluence_authenticator', 'fluence_worker'] loop
      if not exists (
        select from pg_db_role_setting s
        where s.setrole = to_regrole(v_role) and s.setdatabase = 0
          and 'log_min_messages=log' = any (s.setconfig)
      ) then
        execute format('alter role %I set log_min_messages = log', v_role);
      end if;
    end loop;
  end if;

  -- What a migration creates belongs to the owner, whichever tool runs it.
  if not exists (
    select from pg_db_role_setting s
    where s.setrole = to_regrole('fluence_migrator') and s.setdatabase = 0
      and 'role=fluence_owner' = any (s.setconfig)
  ) then
    alter role fluence_migrator set role = 'fluence_owner';
  end if;
end
$$;
