drop policy if exists select_own on app_public.users;
create policy select_own on app_public.users
  for select to
    fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
    fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
    fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
    fluence_agency_manager, fluence_auditor
  using (id = (select app_public.current_user_id()));
-- The people of the organization, the former ones too: their names stand beside what they did.
drop policy if exists select_colleagues on app_public.users;
create policy select_colleagues on app_public.users
  for select to
    fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
    fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
    fluence_support_agent, fluence_agency_manager, fluence_auditor
  using (
    id = any (
      array(
        select m.user_id
        from app_public.memberships as m
        where m.organization_id = (select app_public.current_organization_id())
      )
    )
  );
drop policy if exists update_own on app_public.users;
create policy update_own on app_public.users
  for update to
    fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
    fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
    fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
    fluence_agency_manager, fluence_auditor
  using (id = (select app_public.current_user_id()))
  with check (id = (select app_public.current_user_id()));
drop policy if exists maintain on app_public.users;
create policy maintain on app_public.users
  for all to fluence_definer using (true) with check (true);

grant select, update (display_name, locale) on app_public.users to
  fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
grant select, insert, update (display_name, locale, deactivated_at, deleted_at) on app_public.users
  to fluence_definer;
