comment on table app_public.products is
  E'@behavior +resource:aggregates +resource:groupedAggregates\n'
  'One row per product of a brand, sold now or retired.';
comment on column app_public.products.brand_id is 'The brand it belongs to.';
comment on column app_public.products.id is
  'Number within the brand: the shop''s own for imported products, from 10^12 on for ours.';
comment on column app_public.products.source is
  'Where the row comes from: fluence, or the name of the system it was imported from.';
comment on column app_public.products.source_id is 'Its key in that system.';
comment on column app_public.products.title is 'Name as the shop shows it.';
comment on column app_public.products.description is 'Text as the shop shows it.';
comment on column app_public.products.category is
  E'@behavior +attribute:groupBy\nCategory it is reported under.';
comment on column app_public.products.product_price is 'Price of one unit, in its currency.';
comment on column app_public.products.cost is
  'Cost of goods of one unit, in its currency; null if not known.';
comment on column app_public.products.currency is
  E'@behavior +attribute:groupBy\nCurrency of price and cost.';
comment on column app_public.products.stock_quantity is 'Units in stock.';
comment on column app_public.products.on_sale is 'Whether the shop offers it now.';
comment on column app_public.products.created_at is
  E'@behavior +orderBy +attribute:groupBy\nWhen it was added.';
comment on column app_public.products.retired_at is
  'When it was taken out of the range for good. Retired products keep their history.';
comment on type app_public.product_change_kind is 'What was done to a product.';
