create or replace function app_public.change_role(
  membership_id bigint,
  role app_public.user_role_enum
)
returns app_public.memberships
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
  v_membership app_public.memberships;
begin
  update app_public.memberships as m
  set ended_at = statement_timestamp()
  where m.id = change_role.membership_id
    and m.organization_id = v_admin.organization_id
    and m.ended_at is null
    and m.role <> change_role.role
  returning m.* into v_membership;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no member %s with another role.', change_role.membership_id),
      hint = 'Check the id.';
  end if;
  insert into app_public.memberships as m (organization_id, user_id, role)
  values (v_membership.organization_id, v_membership.user_id, change_role.role)
  returning m.* into v_membership;
  return v_membership;
end
$$;
comment on function app_public.change_role(bigint, app_public.user_role_enum) is
  'Gives a member another role: that is another membership, and the sessions of the old one end. '
  'Answers with the new one. FL120 if it was the last admin.';
grant execute on function app_public.change_role(bigint, app_public.user_role_enum)
  to fluence_admin;
alter function app_public.change_role(bigint, app_public.user_role_enum) owner to fluence_definer;
