comment on table app_private.user_accounts is
  'One row per person who can sign in: a mail that was confirmed, and a password.';
comment on column app_private.user_accounts.user_id is 'The person.';
comment on column app_private.user_accounts.mail is 'Address as the person writes it.';
comment on column app_private.user_accounts.mail_key is
  'The address in the one form in which it is unique and looked up.';
comment on column app_private.user_accounts.password_hash is 'Password, by bcrypt.';
comment on column app_private.user_accounts.password_changed_at is 'When it was set.';
