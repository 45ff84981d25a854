create or replace view app_public.product_changes
with (security_invoker = true) as
select
  e.brand_id,
  e.position,
  (e.payload ->> 'product_id')::bigint as product_id,
  (e.payload ->> 'change')::app_public.product_change_kind as change,
  e.happened_at
from app_private.feed_entries as e
where e.brand_id = (select app_public.current_brand_id())
  and e.topic = 'product.changed';

comment on view app_public.product_changes is
  E'@primaryKey brand_id,position\n'
  '@foreignKey (brand_id, product_id) references app_public.products (brand_id, id)\n'
  '@subscription productChanged\n'
  'One row per change of a product of the brand in the last day, in the order in which they were '
  'committed. The subscription productChanged tells each as it happens.';
comment on column app_public.product_changes.brand_id is 'The brand.';
comment on column app_public.product_changes.position is
  E'@behavior +filterBy\n'
  'Place in the feed of the brand. Who was cut off goes on after the last one seen.';
comment on column app_public.product_changes.product_id is 'The product that changed.';
comment on column app_public.product_changes.change is 'What was done to it.';
comment on column app_public.product_changes.happened_at is
  'When the transaction that changed it began.';

grant select on app_public.product_changes to
  fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_auditor;
