create or replace function app_public.grant_agency(
  agency_slug text,
  role app_public.user_role_enum
)
returns app_public.agency_grants
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
  v_agency_id bigint;
  v_grant app_public.agency_grants;
begin
  if v_admin.acting_brand_id is null then
    raise exception using
      errcode = 'FL001',
      message = 'You do not act for a brand.',
      hint = 'Only a brand lets an agency act for it.';
  end if;
  if grant_agency.role in ('admin', 'agency_manager', 'influencer') then
    raise exception using
      errcode = 'FL122',
      message = format('An agency cannot get the role %s.', grant_agency.role),
      hint = 'Choose another role.';
  end if;
  select o.id into v_agency_id
  from app_public.organizations as o
  where o.slug = grant_agency.agency_slug and o.kind = 'agency';
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such agency.',
      hint = 'Check its short name.';
  end if;
  update app_public.agency_grants as g
  set ended_at = statement_timestamp()
  where g.for_brand_id = v_admin.organization_id
    and g.agency_id = v_agency_id
    and g.ended_at is null;
  insert into app_public.agency_grants as g (for_brand_id, agency_id, role, granted_by)
  values (v_admin.organization_id, v_agency_id, grant_agency.role, v_admin.user_id)
  returning g.* into v_grant;
  return v_grant;
end
$$;
comment on function app_public.grant_agency(text, app_public.user_role_enum) is
  'Lets an agency act for the brand in one role; an earlier grant to it ends. Answers with the '
  'grant; FL002 for a short name that is no agency''s, whether something else has it or nothing.';
grant execute on function app_public.grant_agency(text, app_public.user_role_enum) to fluence_admin;
alter function app_public.grant_agency(text, app_public.user_role_enum) owner to fluence_definer;
