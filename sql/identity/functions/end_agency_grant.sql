create or replace function app_public.end_agency_grant(grant_id bigint)
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
  update app_public.agency_grants as g
  set ended_at = statement_timestamp()
  where g.id = end_agency_grant.grant_id
    and v_admin.organization_id in (g.for_brand_id, g.agency_id)
    and g.ended_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no grant %s.', end_agency_grant.grant_id),
      hint = 'Check the id.';
  end if;
end
$$;
comment on function app_public.end_agency_grant(bigint) is
  'Ends what a brand lets an agency do, at once. The admins of both can.';
grant execute on function app_public.end_agency_grant(bigint) to fluence_admin;
alter function app_public.end_agency_grant(bigint) owner to fluence_definer;
