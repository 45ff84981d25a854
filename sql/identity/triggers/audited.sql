-- What people change in this room, and in core, which cannot know who is calling.
select app_private.audit_table('app_public.organizations', 'id');
select app_private.audit_table('app_public.users', null);
select app_private.audit_table('app_public.memberships', 'organization_id');
select app_private.audit_table('app_public.agency_grants', 'for_brand_id');
select app_private.audit_table(
  'app_private.sessions', 'organization_id', ignored => '{last_used_at,expires_at}'
);
select app_private.audit_table(
  'app_private.database_logins', 'organization_id', ignored => '{last_used_at}'
);
select app_private.audit_table('app_private.data_keys', 'ring');
select app_private.audit_table(
  'app_public.import_runs',
  'brand_id',
  ignored => '{rows_read,rows_added,rows_changed,rows_unchanged,rows_rejected}'
);
