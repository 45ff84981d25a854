select app_private.audit_table('app_private.user_accounts', null);
select app_private.audit_table('app_private.second_factors', null, ignored => '{last_step}');
select app_private.audit_table('app_private.recovery_codes', null);
select app_private.audit_table('app_public.invitations', 'organization_id');
select app_private.audit_table('app_private.invitation_mails', null);
