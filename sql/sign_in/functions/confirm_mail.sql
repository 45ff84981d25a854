create or replace function app_private.confirm_mail(token_hash app_private.digest)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail app_private.mails := app_private.take_token(
    confirm_mail.token_hash, array['confirm', 'change']::app_private.mail_purpose[]
  );
  v_old app_public.mail_address;
begin
  if v_mail.purpose = 'confirm' then
    update app_private.user_accounts as a
    set mail_confirmed_at = statement_timestamp()
    where a.user_id = v_mail.user_id;
  else
    select a.mail into v_old
    from app_private.user_accounts as a
    where a.user_id = v_mail.user_id;
    update app_private.user_accounts as a
    set mail = v_mail.address, mail_key = app_private.mail_key(v_mail.address)
    where a.user_id = v_mail.user_id
      and not exists (
        select from app_private.user_accounts as o
        where o.mail_key = app_private.mail_key(v_mail.address) and o.user_id <> v_mail.user_id
      );
    if found then
      update app_private.mails as m set address = null where m.id = v_mail.id;
      perform app_private.want_mail('mail-changed', user_id => v_mail.user_id, address => v_old);
    end if;
  end if;
  if not found then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
  perform app_private.void_tokens(v_mail.user_id, v_mail.purpose);
  -- What went to the old address opens nothing any more.
  perform app_private.void_tokens(v_mail.user_id, 'recover');
end
$$;
comment on function app_private.confirm_mail(app_private.digest) is
  'Confirms the address of an account, or makes a new address its own, by the token that went '
  'there. FL115 if that is void. Nobody is signed in by it.';
grant execute on function app_private.confirm_mail(app_private.digest) to fluence_server;
alter function app_private.confirm_mail(app_private.digest) owner to fluence_definer;
