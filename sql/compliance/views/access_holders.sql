create or replace view app_private.access_holders
with (security_invoker = true) as
select
  'membership' as kind,
  format('membership:%s', m.id) as holder,
  u.display_name::text as name,
  m.user_id,
  m.organization_id,
  case o.kind when 'brand' then o.id end as acting_brand_id,
  m.role,
  null::name as login_name,
  m.created_at as since,
  (
    select max(greatest(s.created_at, s.last_used_at))
    from app_private.sessions as s
    where s.membership_id = m.id and s.agency_grant_id is null and s.role is not null
  ) as last_used_at
from app_public.memberships as m
join app_public.users as u on u.id = m.user_id
join app_public.organizations as o on o.id = m.organization_id
where m.ended_at is null and u.deactivated_at is null and u.deleted_at is null
union all
-- Those of an agency who may act for its brands: see app_private.open_person_session.
select
  'agency_grant', format('agency_grant:%s:%s', g.id, m.id), u.display_name, m.user_id,
  g.agency_id, g.for_brand_id, g.role, null, greatest(g.created_at, m.created_at),
  (
    select max(greatest(s.created_at, s.last_used_at))
    from app_private.sessions as s
    where s.membership_id = m.id and s.agency_grant_id = g.id and s.role is not null
  )
from app_public.agency_grants as g
join app_public.memberships as m
  on m.organization_id = g.agency_id and m.role in ('admin', 'agency_manager')
join app_public.users as u on u.id = m.user_id
where g.ended_at is null
  and m.ended_at is null
  and u.deactivated_at is null
  and u.deleted_at is null
union all
select
  'api_key', format('api_key:%s', s.id), s.name, null, s.organization_id, s.acting_brand_id,
  s.role, null, s.created_at, s.last_used_at
from app_private.sessions as s
where s.kind = 'api_key' and s.revoked_at is null and s.expires_at > statement_timestamp()
union all
select
  'database_login', format('database_login:%s', l.id), l.name, m.user_id, l.organization_id,
  l.acting_brand_id, l.role, l.login_name, l.created_at, l.last_used_at
from app_private.database_logins as l
left join app_public.memberships as m on m.id = l.membership_id
where l.revoked_at is null
  and (l.expires_at is null or l.expires_at > statement_timestamp());

comment on view app_private.access_holders is
  'One row per way in that is open now: a person by a membership, or by a grant to the agency, an '
  'API key, or a database login.';
comment on column app_private.access_holders.kind is
  'membership, agency_grant, api_key or database_login.';
comment on column app_private.access_holders.holder is 'The kind and the numbers of its rows.';
comment on column app_private.access_holders.name is
  'Name of the person, or of the key or login.';
comment on column app_private.access_holders.user_id is 'The person, where there is one.';
comment on column app_private.access_holders.organization_id is 'The organization it is of.';
comment on column app_private.access_holders.acting_brand_id is 'The brand that it acts for.';
comment on column app_private.access_holders.role is 'The role it gives.';
comment on column app_private.access_holders.login_name is
  'The role in PostgreSQL that a database login signs in as.';
comment on column app_private.access_holders.since is 'Since when it has been open.';
comment on column app_private.access_holders.last_used_at is
  'When it was last used, as far as that is still known: sessions are forgotten 90 days after '
  'their end.';

grant select on app_private.access_holders to fluence_definer;
