create or replace function app_private.keep_an_admin(
  organization_id bigint,
  leaving_user_id bigint
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from app_public.organizations as o
  where o.id = keep_an_admin.organization_id
  for no key update;
  -- A statement of its own, which sees what was committed while this one waited for the lock.
  if not exists (
    select from app_public.memberships as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = keep_an_admin.organization_id
      and m.role = 'admin'
      and m.ended_at is null
      and m.user_id <> keep_an_admin.leaving_user_id
      and u.deactivated_at is null
      and u.deleted_at is null
  ) then
    raise exception using
      errcode = 'FL120',
      message = 'The last admin of an organization cannot go.',
      hint = 'Make somebody else an admin before.';
  end if;
end
$$;
comment on function app_private.keep_an_admin(bigint, bigint) is
  'Refuses (FL120) unless the organization keeps an admin without that person.';
grant execute on function app_private.keep_an_admin(bigint, bigint) to fluence_definer;
