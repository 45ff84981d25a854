-- Who is calling through the server: the handle of a session is unguessable, and it counts for the
-- server's login alone, because any other login could set it to whatever it got hold of. The
-- session's role must be the one that was set: a session of an analyst is none for an admin. One
-- without a role is a visitor's: it has a user and no organization, so no policy finds anything.
create or replace view app_private.current_session
with (security_invoker = true) as
select
  s.id,
  s.user_id,
  s.membership_id,
  s.organization_id,
  s.acting_brand_id,
  s.role,
  s.second_factor_at
from app_private.sessions as s
where session_user = 'fluence_authenticator'
  and s.session_hash
    = sha256(convert_to(current_setting('fluence.session_id', true), 'UTF8'))
  and s.revoked_at is null
  and s.expires_at > statement_timestamp()
  and current_setting('role') = coalesce('fluence_' || s.role, 'fluence_visitor');

comment on view app_private.current_session is
  'One row if the server is calling for a live session, else none: organization, brand, role.';
comment on column app_private.current_session.id is 'Number of the session.';
comment on column app_private.current_session.user_id is
  'The person who is calling; null for an API key.';
comment on column app_private.current_session.membership_id is
  'The membership that the session stands on.';
comment on column app_private.current_session.organization_id is 'The organization of the caller.';
comment on column app_private.current_session.acting_brand_id is
  'The brand the caller acts for: the organization itself, or one that let its agency act.';
comment on column app_private.current_session.role is 'The role the caller acts in.';
comment on column app_private.current_session.second_factor_at is
  'When the second factor was given last.';

grant select on app_private.current_session to fluence_definer;
