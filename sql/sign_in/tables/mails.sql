comment on type app_private.mail_purpose is
  'What the token in a mail proves or lets do: confirm an address, recover a password, change the '
  'address, accept an invitation.';
comment on table app_private.mails is 'One row per mail that the worker has sent or will send.';
comment on column app_private.mails.id is 'Key.';
comment on column app_private.mails.template is 'Name of its template.';
comment on column app_private.mails.purpose is
  'What the token in it is good for; null without a token.';
comment on column app_private.mails.user_id is 'Whom it is for, if somebody with an account.';
comment on column app_private.mails.invitation_id is 'The invitation that it carries.';
comment on column app_private.mails.registration_id is 'The registration that it confirms.';
comment on column app_private.mails.address is
  'Where it goes, if not to the address of the account: the new one that is to be confirmed, or '
  'the last one of a deleted account.';
comment on column app_private.mails.created_at is 'When it was asked for.';
comment on column app_private.mails.sent_at is 'When it was handed over, or given up.';
comment on column app_private.mails.failure is
  'Why it can never be delivered, as a code; null if it was handed over.';
