create or replace function app_private.token_begin(
  token_hash app_private.digest,
  purpose app_private.mail_purpose,
  address_key text
)
returns bigint
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Nobody guesses a token, so it tells nothing that a void one is refused at once.
  if not exists (
    select from app_private.mail_tokens as t
    join app_private.mails as m on m.id = t.mail_id
    where t.token_hash = token_begin.token_hash
      and t.used_at is null
      and t.expires_at > statement_timestamp()
      and m.purpose = token_begin.purpose
  ) then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
  return app_private.count_attempt(
    case token_begin.purpose when 'recover' then 'recovery' else 'registration' end::
      app_private.attempt_kind,
    app_private.key_of_token(token_begin.token_hash), token_begin.address_key
  );
end
$$;
comment on function app_private.token_begin(
  app_private.digest, app_private.mail_purpose, text
) is
  'First step of setting a password by the token of a mail: FL115 if that is void, so that it '
  'costs no hash; else counts the attempt and returns its id. FL110 if there were too many.';
grant execute on function app_private.token_begin(
  app_private.digest, app_private.mail_purpose, text
) to fluence_server;
alter function app_private.token_begin(app_private.digest, app_private.mail_purpose, text)
  owner to fluence_definer;
