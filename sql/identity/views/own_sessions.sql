create or replace view app_public.own_sessions
with (security_invoker = true) as
select
  v.id,
  v.organization_id,
  v.acting_brand_id,
  v.role,
  v.device,
  v.created_at,
  v.last_used_at,
  v.expires_at,
  v.second_factor_at,
  v.is_current
from app_private.visible_sessions() as v;

comment on view app_public.own_sessions is
  E'@primaryKey id\n'
  'One row per live session of the caller, on whichever device.';
comment on column app_public.own_sessions.id is 'Number by which end_session() ends it.';
comment on column app_public.own_sessions.organization_id is
  'Organization that it is for; null without a role.';
comment on column app_public.own_sessions.acting_brand_id is 'Brand that it acts for.';
comment on column app_public.own_sessions.role is 'Role that it acts in.';
comment on column app_public.own_sessions.device is 'What it was opened with.';
comment on column app_public.own_sessions.created_at is 'When it was opened.';
comment on column app_public.own_sessions.last_used_at is 'When it was refreshed last.';
comment on column app_public.own_sessions.expires_at is 'When it ends by itself.';
comment on column app_public.own_sessions.second_factor_at is
  'When the second factor was given last.';
comment on column app_public.own_sessions.is_current is 'Whether it is the one that asks.';

grant select on app_public.own_sessions to
  fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
