comment on table app_private.refresh_tokens is
  'One row per refresh token: it prolongs its session once, and is followed by another.';
comment on column app_private.refresh_tokens.token_hash is 'SHA-256 of the token.';
comment on column app_private.refresh_tokens.session_id is 'The session that it prolongs.';
comment on column app_private.refresh_tokens.created_at is 'When it was given out.';
comment on column app_private.refresh_tokens.expires_at is 'When it ends by itself.';
comment on column app_private.refresh_tokens.used_at is
  'When it was used first. Used again later, it ends the whole sign-in.';
