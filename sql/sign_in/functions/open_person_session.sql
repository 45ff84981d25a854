create or replace function app_private.open_person_session(
  user_id bigint,
  membership_id bigint,
  agency_grant_id bigint,
  family_id uuid,
  second_factor_at timestamptz,
  session_hash app_private.digest,
  refresh_hash app_private.digest,
  device text
)
returns app_private.sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_membership app_public.memberships;
  v_grant app_public.agency_grants;
  v_organization app_public.organizations;
  v_role app_public.user_role_enum;
  v_session app_private.sessions;
begin
  -- What the session stands on is locked before it is looked at: whoever ends it waits, and then
  -- finds the session, or has ended it, and there is none.
  perform from app_public.users as u
  where u.id = open_person_session.user_id
    and u.deactivated_at is null
    and u.deleted_at is null
  for share;
  if not found then
    raise exception using
      errcode = 'FL113',
      message = 'This account was closed.',
      hint = 'Ask an admin.';
  end if;

  select m.* into v_membership
  from app_public.memberships as m
  where m.user_id = open_person_session.user_id
    and m.ended_at is null
    and m.id = coalesce(open_person_session.membership_id, m.id)
  -- Unless told otherwise, where the person was last.
  order by
    (
      select max(s.created_at) from app_private.sessions as s where s.membership_id = m.id
    ) desc nulls last,
    m.id
  limit 1
  for share of m;
  v_role := v_membership.role;
  if open_person_session.agency_grant_id is not null then
    select g.* into v_grant
    from app_public.agency_grants as g
    where g.id = open_person_session.agency_grant_id
      and g.agency_id = v_membership.organization_id
      and g.ended_at is null
      and v_membership.role in ('admin', 'agency_manager')
    for share;
    v_role := v_grant.role;
  end if;
  if v_membership.id is distinct from
      coalesce(open_person_session.membership_id, v_membership.id)
    or v_grant.id is distinct from open_person_session.agency_grant_id
  then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such place to work.',
      hint = 'Check the ids: app_public.own_workplaces lists them.';
  end if;

  if open_person_session.second_factor_at is null and app_private.needs_second_factor(v_role) then
    v_role := null;
  end if;
  if v_role is not null then
    select o.* into v_organization
    from app_public.organizations as o
    where o.id = v_membership.organization_id;
  end if;
  insert into app_private.sessions as s (
    session_hash, family_id, user_id, membership_id, agency_grant_id, organization_id,
    acting_brand_id, role, second_factor_at, device, expires_at
  )
  values (
    open_person_session.session_hash,
    coalesce(open_person_session.family_id, gen_random_uuid()),
    open_person_session.user_id,
    v_membership.id,
    v_grant.id,
    v_organization.id,
    case
      when v_role is null then null
      when v_grant.id is not null then v_grant.for_brand_id
      when v_organization.kind = 'brand' then v_organization.id
    end,
    v_role,
    open_person_session.second_factor_at,
    left(open_person_session.device, 100),
    least(
      now() + interval '14 days',
      app_private.end_of_family(open_person_session.family_id)
    )
  )
  returning s.* into v_session;
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at)
  values (open_person_session.refresh_hash, v_session.id, v_session.expires_at);
  return v_session;
end
$$;
comment on function app_private.open_person_session(
  bigint, bigint, bigint, uuid, timestamptz, app_private.digest, app_private.digest, text
) is
  'Opens a session for a person who has proven to be that one. It has no role where there is no '
  'membership, or where the role asks for a second factor that was not given.';
grant execute on function app_private.open_person_session(
  bigint, bigint, bigint, uuid, timestamptz, app_private.digest, app_private.digest, text
) to fluence_definer;
