comment on table app_private.mail_tokens is
  'One row per token that went out in a mail; made when it is sent, and good for one use.';
comment on column app_private.mail_tokens.token_hash is 'SHA-256 of the token.';
comment on column app_private.mail_tokens.mail_id is
  'The mail that it is in, which says for what and whom it is.';
comment on column app_private.mail_tokens.expires_at is 'Until when it works.';
comment on column app_private.mail_tokens.used_at is 'When it was used, or made void.';
