comment on type app_private.attempt_kind is
  'What is counted: password, code, registration, recovery, invitation.';
comment on table app_private.login_attempts is
  'One row per attempt that is counted before anything is compared, for a day.';
comment on column app_private.login_attempts.id is 'Key.';
comment on column app_private.login_attempts.kind is 'What was tried.';
comment on column app_private.login_attempts.account_key is
  'SHA-256 of what was tried on, whether there is such an account or not.';
comment on column app_private.login_attempts.address_key is
  'Where it came from, as the server groups addresses.';
comment on column app_private.login_attempts.user_id is
  'Whom it concerns, where there is such an account.';
comment on column app_private.login_attempts.session_id is 'The session within which it was made.';
comment on column app_private.login_attempts.challenge_hash is
  'SHA-256 of what lets the one who knew the password give the second factor.';
comment on column app_private.login_attempts.secret_hash is
  'SHA-256 of the secret that the code was compared with: it must still be that one in the end.';
comment on column app_private.login_attempts.created_at is 'When it was begun.';
comment on column app_private.login_attempts.finished_at is
  'When it was told how it went; that is possible once.';
comment on column app_private.login_attempts.matched_at is
  'When it was right: counting begins anew.';
