-- Who is calling with a database login of their own: known by the login's OID, whatever is set.
create or replace view app_private.current_login
with (security_invoker = true) as
select
  (
    select m.user_id from app_public.memberships as m where m.id = l.membership_id
  ) as user_id,
  l.organization_id,
  l.acting_brand_id,
  l.role
from app_private.database_logins as l
where session_user <> 'fluence_authenticator'
  and l.login_oid = (select r.oid from pg_catalog.pg_roles as r where r.rolname = session_user)
  and l.revoked_at is null
  and (l.expires_at is null or l.expires_at > statement_timestamp());

comment on view app_private.current_login is
  'One row if a bound database login is calling, else none: organization, brand, role.';
comment on column app_private.current_login.user_id is
  'The person who holds the login, where one does.';
comment on column app_private.current_login.organization_id is 'The organization of the caller.';
comment on column app_private.current_login.acting_brand_id is
  'The brand the caller acts for: the organization itself, or one that let its agency act.';
comment on column app_private.current_login.role is 'The role the caller acts in.';

grant select on app_private.current_login to fluence_definer;
