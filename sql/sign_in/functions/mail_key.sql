create or replace function app_private.mail_key(mail text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select lower(normalize(btrim(left(mail_key.mail, 500)), nfc) collate "C")
$$;
comment on function app_private.mail_key(text) is
  'The one form in which an address is unique and looked up. Only ASCII letters lose their case, '
  'so that it does not depend on the locale of the server; others lost it in Node, where the '
  'domain was put into ASCII.';
grant execute on function app_private.mail_key(text) to fluence_definer;
