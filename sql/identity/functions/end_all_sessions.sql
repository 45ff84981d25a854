create or replace function app_public.end_all_sessions()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller app_private.current_session := app_private.acting_session();
begin
  perform app_private.end_sessions(v_caller.user_id);
end
$$;
comment on function app_public.end_all_sessions() is 'Signs the caller out everywhere, here too.';
grant execute on function app_public.end_all_sessions()
  to fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_public.end_all_sessions() owner to fluence_definer;
