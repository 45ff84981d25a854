create or replace function app_public.current_organization_id()
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select c.organization_id from app_private.current_caller() as c
$$;
comment on function app_public.current_organization_id() is
  'The organization that the caller acts for, or null.';
grant execute on function app_public.current_organization_id() to
  fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_public.current_organization_id() owner to fluence_definer;
