create or replace function app_public.reset_second_factor(user_id bigint)
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
      hint = 'The person may work for others too; ask whoever runs Fluence.';
  end if;
  perform app_private.require_recent_second_factor();
  if v_admin.user_id = reset_second_factor.user_id then
    raise exception using
      errcode = 'FL118',
      message = 'Your role asks for a second factor.',
      hint = 'Set up another device instead.';
  end if;
  perform app_private.drop_second_factor(reset_second_factor.user_id);
end
$$;
comment on function app_public.reset_second_factor(bigint) is
  'Takes the second factor from a person who has lost device and recovery codes, ends all sessions '
  'and says so by mail; for admins of the platform who have just given theirs (else FL117), and '
  'not for themselves (FL118).';
grant execute on function app_public.reset_second_factor(bigint) to fluence_admin;
alter function app_public.reset_second_factor(bigint) owner to fluence_definer;
