comment on table app_hidden.category_stock_slots is
  'One row per category and currency of a brand and slot: its part of what '
  'reporting.category_stock adds up. Written by triggers on app_public.products alone.';
comment on column app_hidden.category_stock_slots.brand_id is 'The brand.';
comment on column app_hidden.category_stock_slots.category is 'Category of the products.';
comment on column app_hidden.category_stock_slots.currency is 'Currency of the amounts.';
comment on column app_hidden.category_stock_slots.slot is
  'Which of the sixteen parts: writers at the same time mostly write to different ones.';
comment on column app_hidden.category_stock_slots.products is 'Number of products.';
comment on column app_hidden.category_stock_slots.products_on_sale is
  'Number of those on offer now.';
comment on column app_hidden.category_stock_slots.known_costs is
  'Number of those whose cost is known.';
comment on column app_hidden.category_stock_slots.units_in_stock is 'Sum of the units in stock.';
comment on column app_hidden.category_stock_slots.stock_value is 'Those units at their price.';
comment on column app_hidden.category_stock_slots.stock_cost is
  'Those units at their cost, where it is known.';
