-- One branch per roll-up, from the room that has it: a view with the columns brand_id, key,
-- measure, rollup_value and fact_value. No branch asks for the brand: the policies below show a
-- person the own brand, and app_private.check_drift() all of them.
create or replace view reporting.rollup_drift
with (security_invoker = true) as
select 'category_stock' as rollup, d.brand_id, d.key, d.measure, d.rollup_value, d.fact_value
from app_hidden.category_stock_drift as d;

comment on view reporting.rollup_drift is
  'One row per measure of a roll-up that differs from the facts that it is made of. There must be '
  'none; app_private.rebuild_<rollup>() mends it.';
comment on column reporting.rollup_drift.rollup is 'Name of the roll-up: of the view it is behind.';
comment on column reporting.rollup_drift.brand_id is 'The brand.';
comment on column reporting.rollup_drift.key is 'What its row is about.';
comment on column reporting.rollup_drift.measure is 'The column that differs.';
comment on column reporting.rollup_drift.rollup_value is 'What the roll-up says.';
comment on column reporting.rollup_drift.fact_value is 'What the facts say.';

grant select on reporting.rollup_drift to fluence_definer, fluence_admin, fluence_auditor;
