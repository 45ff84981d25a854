create or replace function app_private.require_recent_second_factor()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if (app_private.acting_session()).second_factor_at
    > statement_timestamp() - interval '5 minutes'
  then
    return;
  end if;
  raise exception using
    errcode = 'FL117',
    message = 'This asks for your second factor again.',
    hint = 'Give a new code, then try again within five minutes.';
end
$$;
comment on function app_private.require_recent_second_factor() is
  'Refuses (FL117) unless the caller has given the second factor within the last five minutes.';
grant execute on function app_private.require_recent_second_factor() to fluence_definer;
