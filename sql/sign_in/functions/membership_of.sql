create or replace function app_private.membership_of(organization_id bigint, mail text)
returns bigint
language plpgsql
stable
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id bigint;
begin
  select m.id into v_id
  from app_private.user_accounts as a
  join app_public.memberships as m on m.user_id = a.user_id
  where a.mail_key = app_private.mail_key(membership_of.mail)
    and m.organization_id = membership_of.organization_id
    and m.ended_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'No member of this organization has that address.',
      hint = 'Check the address; `fluence user create` makes a member.';
  end if;
  return v_id;
end
$$;
comment on function app_private.membership_of(bigint, text) is
  'The membership of whoever has an address, for the command line; FL002 if there is none.';
grant execute on function app_private.membership_of(bigint, text) to fluence_server;
alter function app_private.membership_of(bigint, text) owner to fluence_definer;
