-- after: identity/views/current_session
create or replace function app_private.acting_reader(reason text)
returns app_private.current_session
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller app_private.current_session := app_private.acting_session();
begin
  if v_caller.role is distinct from 'admin' then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin can do this.',
      hint = 'Ask an admin of your organization.';
  end if;
  if v_caller.acting_brand_id is null then
    raise exception using
      errcode = 'FL001',
      message = 'You do not act for a brand.',
      hint = 'Sign in and choose a brand.';
  end if;
  if coalesce(length(btrim(acting_reader.reason)), 0) not between 1 and 500 then
    raise exception using
      errcode = 'FL303',
      message = 'This is written down with its reason.',
      hint = 'Say why, in 1 to 500 characters.';
  end if;
  return v_caller;
end
$$;
comment on function app_private.acting_reader(text) is
  'The calling person, if one who may open personal data and says why: an admin who is signed in '
  'to the app for a brand. Else FL102, FL103, FL001 or FL303.';
grant execute on function app_private.acting_reader(text) to fluence_definer;
