create or replace function app_private.visible_workplaces()
returns table (
  membership_id bigint,
  agency_grant_id bigint,
  organization_id bigint,
  organization_name text,
  acting_brand_id bigint,
  brand_name text,
  role app_public.user_role_enum
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    m.id, g.id, o.id, o.name,
    coalesce(b.id, case o.kind when 'brand' then o.id end),
    coalesce(b.name, case o.kind when 'brand' then o.name end),
    coalesce(g.role, m.role)
  from app_public.memberships as m
  join app_public.organizations as o on o.id = m.organization_id
  -- The membership itself, and for those who act for brands one more for each grant.
  cross join lateral (
    select null::bigint as id, null::bigint as for_brand_id, null::app_public.user_role_enum as role
    union all
    select a.id, a.for_brand_id, a.role
    from app_public.agency_grants as a
    where a.agency_id = m.organization_id
      and a.ended_at is null
      and m.role in ('admin', 'agency_manager')
  ) as g
  left join app_public.organizations as b on b.id = g.for_brand_id
  where m.user_id = (select app_public.current_user_id()) and m.ended_at is null
$$;
comment on function app_private.visible_workplaces() is
  'Where the caller may work: the own memberships, and the brands that let the agency act.';
grant execute on function app_private.visible_workplaces()
  to fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_private.visible_workplaces() owner to fluence_definer;
