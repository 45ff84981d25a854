create or replace function app_private.add_member(
  organization_id bigint,
  user_id bigint,
  role app_public.user_role_enum
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id bigint;
begin
  perform from app_public.users as u
  where u.id = add_member.user_id and u.deleted_at is null
  for share;
  if not found
    or not exists (
      select from app_public.organizations as o where o.id = add_member.organization_id
    )
  then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such person or organization.',
      hint = 'Check the ids.';
  end if;
  insert into app_public.memberships as m (organization_id, user_id, role)
  values (add_member.organization_id, add_member.user_id, add_member.role)
  on conflict do nothing
  returning m.id into v_id;
  if v_id is null then
    raise exception using
      errcode = 'FL121',
      message = 'This person is a member already.',
      hint = 'Change the role instead.';
  end if;
  return v_id;
end
$$;
comment on function app_private.add_member(bigint, bigint, app_public.user_role_enum) is
  'Makes a person a member and returns the id of the membership, for the server and the command '
  'line.';
grant execute on function app_private.add_member(bigint, bigint, app_public.user_role_enum)
  to fluence_server, fluence_definer;
alter function app_private.add_member(bigint, bigint, app_public.user_role_enum)
  owner to fluence_definer;
