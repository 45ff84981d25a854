create or replace function app_private.token_lifetime(purpose app_private.mail_purpose)
returns interval
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case token_lifetime.purpose
    when 'confirm' then interval '2 days'
    when 'recover' then interval '30 minutes'
    when 'change' then interval '1 day'
    when 'invite' then interval '7 days'
  end
$$;
comment on function app_private.token_lifetime(app_private.mail_purpose) is
  'How long the token in a mail works.';
grant execute on function app_private.token_lifetime(app_private.mail_purpose) to fluence_definer;
