create or replace function app_private.confirm_mail(token_hash app_private.digest)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail_key text := (
    select app_private.mail_key(coalesce(r.mail, m.address))
    from app_private.mail_tokens as t
    join app_private.mails as m on m.id = t.mail_id
    left join app_private.registrations as r on r.id = m.registration_id
    where t.token_hash = confirm_mail.token_hash
  );
  v_mail app_private.mails;
begin
  -- Of several who confirm one address at once, the first one gets it.
  perform app_private.lock_address(v_mail_key);
  v_mail := app_private.take_token(
    confirm_mail.token_hash, array['confirm', 'change']::app_private.mail_purpose[]
  );
  if exists (
    select from app_private.user_accounts as a
    where a.mail_key = v_mail_key and a.user_id is distinct from v_mail.user_id
  ) then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
  if v_mail.purpose = 'confirm' then
    perform app_private.create_account(r.mail, r.display_name, r.locale, r.password_hash)
    from app_private.registrations as r
    where r.id = v_mail.registration_id;
  else
    perform app_private.move_account(v_mail);
  end if;
end
$$;
comment on function app_private.confirm_mail(app_private.digest) is
  'Makes an account of the one registration whose mail had the token, or a new address that of '
  'its account. FL115 if the token is void, or somebody else confirmed the address before. Nobody '
  'is signed in by it.';
grant execute on function app_private.confirm_mail(app_private.digest) to fluence_server;
alter function app_private.confirm_mail(app_private.digest) owner to fluence_definer;
