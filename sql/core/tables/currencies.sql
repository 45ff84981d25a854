comment on table app_public.currencies is
  'One row per currency that amounts may be in (ISO 4217). Reference data, the same for all.';
comment on column app_public.currencies.code is 'ISO 4217 code, for example EUR.';
comment on column app_public.currencies.name is 'English name of the currency.';
comment on column app_public.currencies.minor_units is
  'Decimals of the smallest unit: 2 for cents, 0 for yen.';
