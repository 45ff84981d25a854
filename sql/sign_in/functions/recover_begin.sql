create or replace function app_private.recover_begin(mail text, address_key text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail_key text := app_private.mail_key(recover_begin.mail);
  v_user_id bigint;
begin
  perform app_private.count_attempt(
    'recovery', app_private.key_of_account(v_mail_key), recover_begin.address_key
  );
  select a.user_id into v_user_id
  from app_private.user_accounts as a
  join app_public.users as u on u.id = a.user_id
  where a.mail_key = v_mail_key and u.deactivated_at is null;
  if found then
    perform app_private.want_mail('recover-password', user_id => v_user_id, purpose => 'recover');
  end if;
end
$$;
comment on function app_private.recover_begin(text, text) is
  'Sends a mail by which a password can be set anew, if there is such an account; the answer does '
  'not tell.';
grant execute on function app_private.recover_begin(text, text) to fluence_server;
alter function app_private.recover_begin(text, text) owner to fluence_definer;
