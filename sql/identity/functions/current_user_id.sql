-- Policies ask this once per statement, so it is quick: see current_brand_id.
create or replace function app_public.current_user_id()
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if session_user = 'fluence_authenticator' then
    return (select c.user_id from app_private.current_session as c);
  end if;
  return (select c.user_id from app_private.current_login as c);
end
$$;
comment on function app_public.current_user_id() is
  'The person who is calling, or null; an API key and a login that nobody holds are no person.';
grant execute on function app_public.current_user_id()
  to fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_public.current_user_id() owner to fluence_definer;
