create or replace view app_public.own_workplaces
with (security_invoker = true) as
select
  v.membership_id,
  v.agency_grant_id,
  v.organization_id,
  v.organization_name,
  v.acting_brand_id,
  v.brand_name,
  v.role
from app_private.visible_workplaces() as v;

comment on view app_public.own_workplaces is
  E''
  'One row per place where the caller may work and can switch to: each membership, and each brand '
  'that lets the agency act.';
comment on column app_public.own_workplaces.membership_id is 'The own membership.';
comment on column app_public.own_workplaces.agency_grant_id is
  'The grant by which the agency acts for a brand; null for the organization itself.';
comment on column app_public.own_workplaces.organization_id is 'The organization.';
comment on column app_public.own_workplaces.organization_name is 'Its name.';
comment on column app_public.own_workplaces.acting_brand_id is
  'Brand that a session there acts for, if any.';
comment on column app_public.own_workplaces.brand_name is 'Name of that brand.';
comment on column app_public.own_workplaces.role is 'Role that a session there has.';

grant select on app_public.own_workplaces to
  fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
