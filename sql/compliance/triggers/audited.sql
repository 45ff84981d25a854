select app_private.audit_table('app_public.erasure_requests', 'brand_id');
