comment on table app_private.registrations is
  'One row per registration whose address waits to be confirmed: what the token of its own mail '
  'makes an account of, and no other.';
comment on column app_private.registrations.id is 'Key.';
comment on column app_private.registrations.mail is 'Address as the person writes it.';
comment on column app_private.registrations.mail_key is
  'The address in the form in which accounts are looked up. Several may wait for one address.';
comment on column app_private.registrations.display_name is 'Name that the account will have.';
comment on column app_private.registrations.locale is 'Language that it will have.';
comment on column app_private.registrations.password_hash is
  'Password that it will have, by bcrypt.';
comment on column app_private.registrations.created_at is 'When it was made.';
