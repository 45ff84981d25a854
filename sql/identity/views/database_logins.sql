create or replace view app_public.database_logins
with (security_invoker = true) as
select
  v.id,
  v.name,
  v.login_name,
  v.role,
  v.acting_brand_id,
  v.membership_id,
  v.created_by,
  v.created_at,
  v.expires_at,
  v.connection_limit,
  v.last_used_at,
  v.revoked_at
from app_private.visible_database_logins() as v;

comment on view app_public.database_logins is
  E'@primaryKey id\n'
  'One row per database login of the organization, also when it is over.';
comment on column app_public.database_logins.id is 'Key.';
comment on column app_public.database_logins.name is 'Name within the organization.';
comment on column app_public.database_logins.login_name is 'Name of the role in PostgreSQL.';
comment on column app_public.database_logins.role is 'Its one business role.';
comment on column app_public.database_logins.acting_brand_id is 'Brand that it acts for.';
comment on column app_public.database_logins.membership_id is
  'Membership of the person who holds it, if one does.';
comment on column app_public.database_logins.created_by is
  'Admin who asked for it; null from the command line.';
comment on column app_public.database_logins.created_at is 'When it was made.';
comment on column app_public.database_logins.expires_at is 'When it ends by itself, if ever.';
comment on column app_public.database_logins.connection_limit is
  'How many connections it may hold at once.';
comment on column app_public.database_logins.last_used_at is 'When it was last seen connected.';
comment on column app_public.database_logins.revoked_at is 'When its access was ended.';

grant select on app_public.database_logins to fluence_admin, fluence_auditor;
