create or replace function app_public.reactivate_user(user_id bigint)
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
  set deactivated_at = null
  where u.id = reactivate_user.user_id
    and u.deactivated_at is not null
    and u.deleted_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no such person: %s.', reactivate_user.user_id),
      hint = 'Check the id.';
  end if;
end
$$;
comment on function app_public.reactivate_user(bigint) is
  'Lets a person in again; for admins of the platform. The memberships are as they were.';
grant execute on function app_public.reactivate_user(bigint) to fluence_admin;
alter function app_public.reactivate_user(bigint) owner to fluence_definer;
