create or replace function app_private.recover_finish(
  token_hash app_private.digest,
  password_hash app_private.password_hash
)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail app_private.mails := app_private.take_token(
    recover_finish.token_hash, array['recover']::app_private.mail_purpose[]
  );
begin
  perform app_private.set_password(v_mail.user_id, recover_finish.password_hash);
end
$$;
comment on function app_private.recover_finish(app_private.digest, app_private.password_hash) is
  'Sets a password anew by the token of a mail (FL115 if that is void) and ends all sessions. '
  'Nobody is signed in by it, so the second factor is asked for as ever.';
grant execute on function app_private.recover_finish(app_private.digest, app_private.password_hash)
  to fluence_server;
alter function app_private.recover_finish(app_private.digest, app_private.password_hash)
  owner to fluence_definer;
