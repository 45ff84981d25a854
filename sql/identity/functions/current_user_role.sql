-- Policies ask this once per statement, so it is quick: see current_brand_id.
create or replace function app_public.current_user_role()
returns app_public.user_role_enum
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if session_user = 'fluence_authenticator' then
    return (select c.role from app_private.current_session as c);
  end if;
  return (select c.role from app_private.current_login as c);
end
$$;
comment on function app_public.current_user_role() is
  'The role that the caller acts in; null for nobody, and for a person without a role so far.';
grant execute on function app_public.current_user_role()
  to fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_public.current_user_role() owner to fluence_definer;
