-- after: identity/views/current_session
create or replace function app_private.acting_session()
returns app_private.current_session
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller app_private.current_session;
begin
  select c.* into v_caller
  from app_private.current_session as c
  where c.user_id is not null;
  if not found then
    raise exception using
      errcode = 'FL102',
      message = 'You are not signed in.',
      hint = 'Sign in; an API key or a database login cannot do this.';
  end if;
  return v_caller;
end
$$;
comment on function app_private.acting_session() is
  'The calling person, or FL102. Neither an API key nor a database login is one.';
grant execute on function app_private.acting_session() to fluence_definer;
