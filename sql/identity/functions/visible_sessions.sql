create or replace function app_private.visible_sessions()
returns table (
  id bigint,
  organization_id bigint,
  acting_brand_id bigint,
  role app_public.user_role_enum,
  device text,
  created_at timestamptz,
  last_used_at timestamptz,
  expires_at timestamptz,
  second_factor_at timestamptz,
  is_current boolean
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    s.id, s.organization_id, s.acting_brand_id, s.role, s.device, s.created_at, s.last_used_at,
    s.expires_at, s.second_factor_at,
    s.id = (select c.id from app_private.current_session as c)
  from app_private.sessions as s
  where s.user_id = (select app_public.current_user_id())
    and s.revoked_at is null
    and s.expires_at > statement_timestamp()
$$;
comment on function app_private.visible_sessions() is 'The caller''s own live sessions.';
grant execute on function app_private.visible_sessions()
  to fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_private.visible_sessions() owner to fluence_definer;
