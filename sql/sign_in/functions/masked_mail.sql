create or replace function app_private.masked_mail(mail text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select regexp_replace(masked_mail.mail, '^(.).*@', '\1***@')
$$;
comment on function app_private.masked_mail(text) is
  'An address of which only the first letter and the domain can be read.';
grant execute on function app_private.masked_mail(text) to fluence_definer;
