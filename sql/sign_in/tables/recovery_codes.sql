comment on table app_private.recovery_codes is
  'One row per recovery code of a person; it stands in for a code of the second factor, once.';
comment on column app_private.recovery_codes.user_id is 'The person.';
comment on column app_private.recovery_codes.code_hash is 'SHA-256 of the code.';
comment on column app_private.recovery_codes.used_at is 'When it was used up.';
