comment on table app_private.invitation_mails is 'One row per invitation: where it was sent.';
comment on column app_private.invitation_mails.invitation_id is 'The invitation.';
comment on column app_private.invitation_mails.mail is 'Address as the admin wrote it.';
comment on column app_private.invitation_mails.mail_key is
  'The address in the form in which accounts are looked up.';
