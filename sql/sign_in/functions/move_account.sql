create or replace function app_private.move_account(mail app_private.mails)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail app_private.mails := move_account.mail;
  v_mail_key text := app_private.mail_key(v_mail.address);
  v_old app_public.mail_address;
begin
  select a.mail into v_old
  from app_private.user_accounts as a
  where a.user_id = v_mail.user_id;
  update app_private.user_accounts as a
  set mail = v_mail.address, mail_key = v_mail_key
  where a.user_id = v_mail.user_id;
  delete from app_private.registrations as r where r.mail_key = v_mail_key;
  update app_private.mails as m set address = null where m.id = v_mail.id;
  perform app_private.want_mail('mail-changed', user_id => v_mail.user_id, address => v_old);
  perform app_private.void_tokens(v_mail.user_id, 'change');
  -- What went to the old address opens nothing any more.
  perform app_private.void_tokens(v_mail.user_id, 'recover');
end
$$;
comment on function app_private.move_account(app_private.mails) is
  'Makes the address that a mail went to that of the account whose wish it was, and tells the old '
  'one.';
grant execute on function app_private.move_account(app_private.mails) to fluence_definer;
