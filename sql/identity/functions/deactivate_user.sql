create or replace function app_public.deactivate_user(user_id bigint)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  if not app_private.acts_for_platform() then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin of the platform can do this.',
      hint = 'An admin of an organization ends the membership instead.';
  end if;
  update app_public.users as u
  set deactivated_at = statement_timestamp()
  where u.id = deactivate_user.user_id
    and u.deactivated_at is null
    and u.deleted_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no such person: %s.', deactivate_user.user_id),
      hint = 'Check the id.';
  end if;
end
$$;
comment on function app_public.deactivate_user(bigint) is
  'Keeps a person out of everything, at once; for admins of the platform. What they did stays. '
  'FL120 for the last admin of an organization.';
grant execute on function app_public.deactivate_user(bigint) to fluence_admin;
alter function app_public.deactivate_user(bigint) owner to fluence_definer;
