comment on table app_private.sessions is
  'One row per session of the API: for which organization it acts, in which role, how long.';
comment on column app_private.sessions.session_hash is
  'SHA-256 of the handle. The handle itself is known to its holder only.';
comment on column app_private.sessions.organization_id is 'The organization of its holder.';
comment on column app_private.sessions.acting_brand_id is
  'The brand it acts for: the organization itself, or one that let its agency act.';
comment on column app_private.sessions.role is 'The role it acts in; no other is accepted.';
comment on column app_private.sessions.created_at is 'When it was opened.';
comment on column app_private.sessions.expires_at is 'When it ends by itself.';
comment on column app_private.sessions.revoked_at is 'When it was ended before that.';
