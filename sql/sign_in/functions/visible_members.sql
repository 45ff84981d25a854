create or replace function app_private.visible_members()
returns table (
  id bigint,
  user_id bigint,
  display_name text,
  role app_public.user_role_enum,
  mail text,
  has_second_factor boolean,
  created_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    m.id, m.user_id, u.display_name::text, m.role,
    case
      when (select app_public.current_user_role()) = 'admin' then a.mail::text
      else app_private.masked_mail(a.mail)
    end,
    exists (
      select from app_private.second_factors as f
      where f.user_id = m.user_id and f.confirmed_at is not null
    ),
    m.created_at
  from app_public.memberships as m
  join app_public.users as u on u.id = m.user_id
  left join app_private.user_accounts as a on a.user_id = m.user_id
  where m.organization_id = (select app_public.current_organization_id())
    and m.ended_at is null
$$;
comment on function app_private.visible_members() is
  'The members of the caller''s organization; their addresses are masked for all but admins.';
grant execute on function app_private.visible_members()
  to fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_agency_manager, fluence_auditor;
alter function app_private.visible_members() owner to fluence_definer;
