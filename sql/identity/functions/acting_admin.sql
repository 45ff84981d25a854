-- after: identity/views/current_session
create or replace function app_private.acting_admin()
returns app_private.current_session
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller app_private.current_session;
begin
  v_caller := app_private.acting_session();
  perform from app_public.organizations as o
  where o.id = v_caller.organization_id
  for no key update;
  -- Again: whoever held the lock may have ended the session.
  v_caller := app_private.acting_session();
  if v_caller.role is distinct from 'admin' then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin can do this.',
      hint = 'Ask an admin of your organization.';
  end if;
  return v_caller;
end
$$;
comment on function app_private.acting_admin() is
  'The calling admin, with the organization locked until the end of the transaction: its people '
  'are changed one after the other. Else FL102 or FL103.';
grant execute on function app_private.acting_admin() to fluence_definer;
