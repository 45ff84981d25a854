create or replace function app_private.change_password(
  attempt_id bigint,
  session_hash app_private.digest,
  matched boolean,
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
  v_session app_private.sessions := app_private.password_again(
    change_password.attempt_id, change_password.session_hash, change_password.matched
  );
begin
  perform app_private.set_password(
    v_session.user_id, change_password.password_hash, but_family_id => v_session.family_id
  );
end
$$;
comment on function app_private.change_password(
  bigint, app_private.digest, boolean, app_private.password_hash
) is
  'Changes the password of a person who has given the old one, and ends the sessions elsewhere.';
grant execute on function app_private.change_password(
  bigint, app_private.digest, boolean, app_private.password_hash
) to fluence_server;
alter function app_private.change_password(
  bigint, app_private.digest, boolean, app_private.password_hash
) owner to fluence_definer;
