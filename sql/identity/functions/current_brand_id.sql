-- Written as one statement over both tables and not through current_organization_id(), because
-- every policy of every brand table asks it once per statement.
create or replace function app_public.current_brand_id()
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select o.id
  from app_private.current_caller() as c
  join app_public.organizations as o on o.id = c.organization_id
  where o.kind = 'brand'
$$;
comment on function app_public.current_brand_id() is
  'The brand that the caller acts for, or null. Policies compare brand_id with it.';
grant execute on function app_public.current_brand_id() to
  fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_public.current_brand_id() owner to fluence_definer;
