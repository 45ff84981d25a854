create or replace function app_public.current_time_zone()
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select o.time_zone
    from app_public.organizations as o
    where o.id = coalesce(app_public.current_brand_id(), app_public.current_organization_id())
  );
end
$$;
comment on function app_public.current_time_zone() is
  'The reporting time zone of the caller''s brand: where its days and months begin.';
grant execute on function app_public.current_time_zone() to
  fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_public.current_time_zone() owner to fluence_definer;
