select app_private.audit_table('app_public.products', 'brand_id');
