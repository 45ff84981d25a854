create or replace function app_private.register_database_login(
  login_name name,
  organization_id bigint,
  role app_public.user_role_enum,
  name text,
  expires_at timestamptz default null,
  connection_limit integer default 5,
  created_by bigint default null,
  membership_id bigint default null,
  agency_grant_id bigint default null
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit constant integer := 50;
  v_connections constant integer := 60;
  v_oid oid := to_regrole(quote_ident(register_database_login.login_name));
  v_brand_id bigint;
  v_id bigint;
  v_logins integer;
  v_taken integer;
begin
  if register_database_login.role = 'admin' then
    raise exception using
      errcode = 'FL122',
      message = 'A database login cannot get the role admin.',
      hint = 'Admins work in the app, with a second factor; to read, choose auditor or analyst.';
  end if;
  if not exists (
    select from pg_catalog.pg_roles as r
    where r.oid = v_oid
      and r.rolcanlogin
      and not (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls)
  )
    or array(
      select a.roleid from pg_catalog.pg_auth_members as a where a.member = v_oid
    ) <> array[to_regrole('fluence_' || register_database_login.role)::oid]
  then
    raise exception using
      errcode = 'FL123',
      message = 'This login is not fit to be bound.',
      hint = 'It must be able to log in and be a member of its one business role, nothing more.';
  end if;

  -- One after the other: who counts sees all that were registered before.
  perform from app_public.organizations as o
  where o.id = register_database_login.organization_id
  for no key update;
  select count(*), coalesce(sum(l.connection_limit), 0) into v_logins, v_taken
  from app_private.database_logins as l
  where l.organization_id = register_database_login.organization_id
    and l.revoked_at is null
    and coalesce(l.expires_at > statement_timestamp(), true);
  if v_logins >= v_limit then
    raise exception using
      errcode = 'FL124',
      message = format('The organization has %s database logins already.', v_limit),
      hint = 'Revoke one that nobody uses.';
  end if;
  if v_taken + register_database_login.connection_limit > v_connections then
    raise exception using
      errcode = 'FL125',
      message = format(
        'The database logins of an organization may hold %s connections in all; %s are given.',
        v_connections, v_taken
      ),
      hint = 'Give this one fewer, or revoke one that nobody uses.';
  end if;

  -- Locked, so that no login slips in while what it stands on ends.
  if register_database_login.membership_id is not null then
    perform from app_public.memberships as m
    where m.id = register_database_login.membership_id
      and m.organization_id = register_database_login.organization_id
      and m.ended_at is null
    for share;
    if not found then
      raise exception using
        errcode = 'FL002',
        message = 'There is no such membership.',
        hint = 'Check the id.';
    end if;
  end if;
  if register_database_login.agency_grant_id is not null then
    select g.for_brand_id into v_brand_id
    from app_public.agency_grants as g
    where g.id = register_database_login.agency_grant_id
      and g.agency_id = register_database_login.organization_id
      and g.role = register_database_login.role
      and g.ended_at is null
    for share;
    if not found then
      raise exception using
        errcode = 'FL002',
        message = 'There is no such grant.',
        hint = 'Check the id; the role must be that of the grant.';
    end if;
  end if;

  insert into app_private.database_logins as l (
    login_oid, login_name, organization_id, acting_brand_id, role, name, expires_at,
    connection_limit, created_by, membership_id, agency_grant_id
  )
  select
    v_oid, register_database_login.login_name, o.id,
    coalesce(v_brand_id, case o.kind when 'brand' then o.id end), register_database_login.role,
    register_database_login.name, register_database_login.expires_at,
    register_database_login.connection_limit, register_database_login.created_by,
    register_database_login.membership_id, register_database_login.agency_grant_id
  from app_public.organizations as o
  where o.id = register_database_login.organization_id
  returning l.id into v_id;
  if v_id is null then
    raise exception using
      errcode = 'FL002',
      message = format(
        'There is no organization %s.', register_database_login.organization_id
      ),
      hint = 'Check the id.';
  end if;
  return v_id;
end
$$;
comment on function app_private.register_database_login(
  name, bigint, app_public.user_role_enum, text, timestamptz, integer, bigint, bigint, bigint
) is
  'Binds a login that was just created to an organization and its one role, and returns the id. '
  'FL122 for the role admin, FL123 unless it is a plain login with exactly its role, FL124 where '
  'there are 50 already, FL125 where all together could hold more than 60 connections.';
grant execute on function app_private.register_database_login(
  name, bigint, app_public.user_role_enum, text, timestamptz, integer, bigint, bigint, bigint
) to fluence_server;
alter function app_private.register_database_login(
  name, bigint, app_public.user_role_enum, text, timestamptz, integer, bigint, bigint, bigint
) owner to fluence_definer;
