create or replace view app_public.members
with (security_invoker = true) as
select
  v.id,
  v.user_id,
  v.display_name,
  v.role,
  v.mail,
  v.has_second_factor,
  v.created_at
from app_private.visible_members() as v;

comment on view app_public.members is
  E'@primaryKey id\n'
  'One row per member of the caller''s organization today.';
comment on column app_public.members.id is 'Number of the membership.';
comment on column app_public.members.user_id is 'Who.';
comment on column app_public.members.display_name is 'Name.';
comment on column app_public.members.role is 'Role in the organization.';
comment on column app_public.members.mail is 'Address; masked for all but admins.';
comment on column app_public.members.has_second_factor is 'Whether a second factor is set up.';
comment on column app_public.members.created_at is 'Member in this role since.';

grant select on app_public.members to
  fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_agency_manager, fluence_auditor;
