create or replace view reporting.access_review
with (security_invoker = true) as
select
  v.organization_id,
  v.holder,
  v.holder_kind,
  v.holder_name,
  v.user_id,
  v.role,
  v.login_name,
  v.data_class,
  v.reads,
  v.since,
  v.last_used_at
from app_private.visible_access_rights() as v;

comment on view reporting.access_review is
  E'@primaryKey organization_id,holder,data_class\n'
  'One row per way in and class of sensitive data of the organization (by a grant, of the brand) '
  'that it can read now. What was ended, revoked or deactivated is not there from that moment on.';
comment on column reporting.access_review.organization_id is 'Whose data.';
comment on column reporting.access_review.holder is
  'The way in: membership:<id>, agency_grant:<id>:<id of the membership in the agency>, '
  'api_key:<id> or database_login:<id>.';
comment on column reporting.access_review.holder_kind is
  'membership, agency_grant, api_key or database_login.';
comment on column reporting.access_review.holder_name is
  'Name of the person, or of the API key or database login.';
comment on column reporting.access_review.user_id is 'The person, where it is one.';
comment on column reporting.access_review.role is 'The role that it gives.';
comment on column reporting.access_review.login_name is
  'The login in PostgreSQL: the server''s for people and API keys, else the login''s own.';
comment on column reporting.access_review.data_class is
  'personal_unsealed (customers in clear, each reading logged with its reason), personal_clear '
  '(names and addresses of people in the house), personal_masked, money, audit, access (who may '
  'get in); personal_sealed and secrets would be a fault.';
comment on column reporting.access_review.reads is
  'The columns, tables, views and functions where it stands.';
comment on column reporting.access_review.since is 'Since when the way in has been open.';
comment on column reporting.access_review.last_used_at is
  'When it was used last; null if not within 90 days, or never.';

grant select on reporting.access_review to fluence_admin, fluence_auditor;
