comment on type app_public.session_kind is
  'Who holds a session: a person, or a machine by an API key.';
comment on table app_private.sessions is
  'One row per session of the API, of a person or by an API key: whom it is of, in which role it '
  'acts, how long.';
comment on column app_private.sessions.session_hash is
  'SHA-256 of the handle. The handle itself is known to its holder only.';
comment on column app_private.sessions.organization_id is
  'The organization of its holder; null while there is no role.';
comment on column app_private.sessions.acting_brand_id is
  'The brand it acts for: the organization itself, or one that let its agency act.';
comment on column app_private.sessions.role is
  'The role it acts in; no other is accepted. Null for a person without membership or, where the '
  'role asks for one, without a second factor: such a session reaches the person''s own account '
  'only.';
comment on column app_private.sessions.created_at is 'When it was opened.';
comment on column app_private.sessions.expires_at is 'When it ends by itself.';
comment on column app_private.sessions.revoked_at is 'When it was ended before that.';
comment on column app_private.sessions.id is 'Number by which people name it.';
comment on column app_private.sessions.kind is 'Of a person, or an API key.';
comment on column app_private.sessions.family_id is
  'The sign-in that it comes from: switching organizations opens another of the same family.';
comment on column app_private.sessions.user_id is 'The person, unless it is an API key.';
comment on column app_private.sessions.membership_id is 'The membership that it stands on.';
comment on column app_private.sessions.agency_grant_id is
  'The grant that it stands on, where an agency acts for a brand.';
comment on column app_private.sessions.name is 'What an API key is for.';
comment on column app_private.sessions.created_by is 'Who made the API key.';
comment on column app_private.sessions.device is
  'What it was opened with, in a few words such as "Firefox on Linux".';
comment on column app_private.sessions.last_used_at is
  'When it was refreshed last; of an API key, when it was used last, to the minute.';
comment on column app_private.sessions.second_factor_at is 'When the second factor was given last.';
