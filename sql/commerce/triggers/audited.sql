-- What an import adds is covered by the entry of its run.
select app_private.audit_table('app_public.channels', 'brand_id', imported => true);
select app_private.audit_table('app_public.customers', 'brand_id', imported => true);
select app_private.audit_table(
  'app_private.customer_identities',
  'brand_id',
  imported => true,
  rekeyed => true
);
