create or replace function app_private.take_token(
  token_hash app_private.digest,
  purposes app_private.mail_purpose[]
)
returns app_private.mails
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail app_private.mails;
begin
  -- The person first, as whoever makes tokens void: else two tokens of one person wait in a circle.
  perform from app_public.users as u
  where u.id = (
    select m.user_id
    from app_private.mail_tokens as t
    join app_private.mails as m on m.id = t.mail_id
    where t.token_hash = take_token.token_hash
  )
  for no key update;
  update app_private.mail_tokens as t
  set used_at = statement_timestamp()
  from app_private.mails as m
  where t.token_hash = take_token.token_hash
    and t.used_at is null
    and t.expires_at > statement_timestamp()
    and m.id = t.mail_id
    and m.purpose = any (take_token.purposes)
  returning m.* into v_mail;
  if not found then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
  -- It was right in the end.
  delete from app_private.login_attempts as a
  where a.account_key = app_private.key_of_token(take_token.token_hash);
  return v_mail;
end
$$;
comment on function app_private.take_token(app_private.digest, app_private.mail_purpose[]) is
  'Uses up the token of a mail and says which mail it was in; FL115 if it is unknown, used or '
  'over.';
grant execute on function app_private.take_token(app_private.digest, app_private.mail_purpose[])
  to fluence_definer;
