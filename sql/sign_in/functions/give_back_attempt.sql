create or replace function app_private.give_back_attempt(attempt_id bigint)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from app_private.login_attempts as a
  where a.id = give_back_attempt.attempt_id and a.finished_at is null;
end
$$;
comment on function app_private.give_back_attempt(bigint) is
  'Forgets an attempt whose password the server was too busy to look at: nothing was compared, so '
  'it is no wrong one.';
grant execute on function app_private.give_back_attempt(bigint) to fluence_server;
alter function app_private.give_back_attempt(bigint) owner to fluence_definer;
