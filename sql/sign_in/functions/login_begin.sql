create or replace function app_private.login_begin(mail text, address_key text)
returns table (attempt_id bigint, password_hash text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail_key text := app_private.mail_key(login_begin.mail);
  v_account app_private.user_accounts;
begin
  select a.* into v_account
  from app_private.user_accounts as a
  where a.mail_key = v_mail_key;
  return query
  select
    app_private.count_attempt(
      'password', app_private.key_of_account(v_mail_key), login_begin.address_key,
      user_id => v_account.user_id
    ),
    v_account.password_hash::text;
end
$$;
comment on function app_private.login_begin(text, text) is
  'First step of signing in: counts the attempt and returns its id and the hash to compare with, '
  'null for an unknown account (the server then compares with one of its own). FL110 if there '
  'were too many. The server commits before it compares.';
grant execute on function app_private.login_begin(text, text) to fluence_server;
alter function app_private.login_begin(text, text) owner to fluence_definer;
