create or replace function app_private.set_password(
  user_id bigint,
  password_hash app_private.password_hash,
  but_family_id uuid default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- It locks the person: a sign-in with the old password waits, and then fails.
  perform app_private.end_sessions(
    set_password.user_id, but_family_id => set_password.but_family_id
  );
  update app_private.user_accounts as a
  set password_hash = set_password.password_hash, password_changed_at = clock_timestamp()
  where a.user_id = set_password.user_id;
  perform app_private.void_tokens(set_password.user_id, 'recover');
  perform app_private.want_mail('password-changed', user_id => set_password.user_id);
end
$$;
comment on function app_private.set_password(bigint, app_private.password_hash, uuid) is
  'Gives a person another password, ends the sessions but those of one sign-in, and says so by '
  'mail.';
grant execute on function app_private.set_password(bigint, app_private.password_hash, uuid)
  to fluence_definer;
