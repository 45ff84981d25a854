create or replace function app_private.void_tokens(
  user_id bigint,
  purpose app_private.mail_purpose
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from app_public.users as u where u.id = void_tokens.user_id for no key update;
  update app_private.mail_tokens as t
  set used_at = statement_timestamp()
  from app_private.mails as m
  where m.id = t.mail_id
    and m.user_id = void_tokens.user_id
    and m.purpose = void_tokens.purpose
    and t.used_at is null;
  -- Those not sent yet: they would bring a new token.
  update app_private.mails as m
  set sent_at = statement_timestamp()
  where m.user_id = void_tokens.user_id
    and m.purpose = void_tokens.purpose
    and m.sent_at is null;
end
$$;
comment on function app_private.void_tokens(bigint, app_private.mail_purpose) is
  'Makes void what went out to a person, or will, for a purpose.';
grant execute on function app_private.void_tokens(bigint, app_private.mail_purpose)
  to fluence_definer;
