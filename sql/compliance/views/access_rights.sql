-- after: compliance/functions/may_read
-- after: compliance/views/access_holders
-- after: compliance/views/sensitive_data
create or replace view app_private.access_rights
with (security_invoker = true) as
-- Once for each role, not for each of its holders.
with role_rights as materialized (
  select
    r.role, d.data_class, d.scope, d.persons_only,
    concat_ws('.', d.object, d.column_name) as what
  from app_private.sensitive_data as d
  cross join unnest(enum_range(null::app_public.user_role_enum)) as r (role)
  where (d.shown_to is null or r.role::text = any (d.shown_to::text[]))
    and app_private.may_read(
      format('fluence_%s', r.role)::name, d.object, d.column_name, d.policy
    )
),
rights as (
  select
    case r.scope
      when 'brand' then h.acting_brand_id
      when 'organization' then h.organization_id
      else coalesce(h.acting_brand_id, h.organization_id)
    end as organization_id,
    h.holder, h.kind, h.name, h.user_id, h.role, h.login_name, h.since, h.last_used_at,
    r.data_class, r.what
  from app_private.access_holders as h
  join role_rights as r on r.role = h.role
  where not r.persons_only or h.kind in ('membership', 'agency_grant')
)
select
  r.organization_id,
  r.holder,
  r.kind as holder_kind,
  r.name as holder_name,
  r.user_id,
  r.role,
  coalesce(r.login_name, 'fluence_authenticator') as login_name,
  r.data_class,
  array_agg(r.what order by r.what collate "C") as reads,
  r.since,
  r.last_used_at
from rights as r
where r.organization_id is not null
group by
  r.organization_id, r.holder, r.kind, r.name, r.user_id, r.role, r.login_name, r.data_class,
  r.since, r.last_used_at;

comment on view app_private.access_rights is
  'One row per organization, way in and class of its sensitive data that this can read: '
  'reporting.access_review for all organizations.';
comment on column app_private.access_rights.organization_id is 'Whose data.';
comment on column app_private.access_rights.holder is 'The way in.';
comment on column app_private.access_rights.holder_kind is 'What it is.';
comment on column app_private.access_rights.holder_name is 'What it is called.';
comment on column app_private.access_rights.user_id is 'The person.';
comment on column app_private.access_rights.role is 'The role.';
comment on column app_private.access_rights.login_name is 'The login in PostgreSQL.';
comment on column app_private.access_rights.data_class is 'The class of data.';
comment on column app_private.access_rights.reads is 'Where it stands.';
comment on column app_private.access_rights.since is 'Since when.';
comment on column app_private.access_rights.last_used_at is 'When it was last used.';

grant select on app_private.access_rights to fluence_definer;
