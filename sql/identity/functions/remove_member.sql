create or replace function app_public.remove_member(membership_id bigint)
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
  update app_public.memberships as m
  set ended_at = statement_timestamp()
  where m.id = remove_member.membership_id
    and m.organization_id = v_admin.organization_id
    and m.ended_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no member %s.', remove_member.membership_id),
      hint = 'Check the id.';
  end if;
end
$$;
comment on function app_public.remove_member(bigint) is
  'Ends a membership, and with it all access that it gave, with the API keys, database logins and '
  'open invitations that this member made. FL120 for the last admin.';
grant execute on function app_public.remove_member(bigint) to fluence_admin;
alter function app_public.remove_member(bigint) owner to fluence_definer;
