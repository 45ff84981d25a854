create or replace function app_public.leave_organization()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller app_private.current_session := app_private.acting_session();
begin
  -- The organization first, as acting_admin() does.
  perform from app_public.organizations as o
  where o.id = v_caller.organization_id
  for no key update;
  update app_public.memberships as m
  set ended_at = statement_timestamp()
  where m.id = v_caller.membership_id
    -- Not while the session waits for its second factor.
    and m.organization_id = v_caller.organization_id
    and m.ended_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'You are in no organization.',
      hint = 'Sign in for the one that you want to leave.';
  end if;
end
$$;
comment on function app_public.leave_organization() is
  'Ends the membership that the caller acts by. FL120 for the last admin.';
grant execute on function app_public.leave_organization()
  to fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_public.leave_organization() owner to fluence_definer;
