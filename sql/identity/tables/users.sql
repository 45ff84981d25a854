comment on type app_public.person_name is 'Name of a person: one line of 1 to 100 characters.';
comment on type app_public.locale_code is 'Language, with or without a country: en, tr-TR.';
comment on type app_public.mail_address is
  'Address of electronic mail, of a form that can be sent to.';
comment on type app_private.password_hash is 'A password as bcrypt keeps it.';
comment on table app_public.users is
  'One row per person who can sign in. What they did stays when they go.';
comment on column app_public.users.id is 'Key.';
comment on column app_public.users.display_name is
  'Name that others see; null once the account is deleted.';
comment on column app_public.users.locale is
  'Language of mails and pages, for example en or tr-TR.';
comment on column app_public.users.created_at is 'When the account was made.';
comment on column app_public.users.deactivated_at is
  'Since when the person is kept out, if at all.';
comment on column app_public.users.deleted_at is 'When the person deleted the account.';
