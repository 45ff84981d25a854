-- What an import adds is covered by the entry of its run.
select app_private.audit_table('app_public.channels', 'brand_id', imported => true);
select app_private.audit_table('app_public.customers', 'brand_id', imported => true);
-- A row that says something else has another person_ref. One that was only sealed with another key
-- is covered by the entry of that key.
select app_private.audit_table(
  'app_private.customer_identities',
  'brand_id',
  ignored => '{key_version,name,mail,phone,address}',
  imported => true
);
