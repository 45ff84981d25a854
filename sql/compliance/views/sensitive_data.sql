-- The register of sensitive data. A rule of the house (lint.sensitive_data) finds what is missing.
create or replace view app_private.sensitive_data
with (security_invoker = true) as
select d.data_class, d.object, c.name as column_name, d.scope, d.policy, d.shown_to, d.persons_only
from (
  values
    -- People of the house. Everybody sees the own row: only a policy for colleagues counts.
    (
      'personal_clear', 'app_public.users', '{display_name}', 'organization',
      'select_colleagues', null, false
    ),
    (
      'personal_clear', 'app_public.members', '{display_name}', 'organization',
      null, null, false
    ),
    ('personal_clear', 'app_public.members', '{mail}', 'organization', null, '{admin}', false),
    (
      'personal_masked', 'app_public.members', '{mail}', 'organization', null,
      '{analyst,marketing_manager,campaign_manager,product_manager,influencer_manager,'
        'finance_manager,support_agent,agency_manager,auditor}',
      false
    ),
    ('personal_clear', 'app_public.open_invitations', '{mail}', 'organization', null, null, false),
    ('personal_clear', 'reporting.access_review', '{holder_name}', 'acting', null, null, false),
    ('personal_clear', 'app_private.user_accounts', '{mail,mail_key}', 'organization',
      null, null, false),
    ('personal_clear', 'app_private.invitation_mails', '{mail,mail_key}', 'organization',
      null, null, false),
    ('personal_clear', 'app_private.mails', '{address}', 'organization', null, null, false),
    ('personal_clear', 'app_private.registrations', '{mail,mail_key,display_name}',
      'organization', null, null, false),

    -- Customers.
    (
      'personal_masked', 'app_public.customers',
      '{name_mask,mail_mask,phone_mask,address_mask}', 'brand', null, null, false
    ),
    (
      'personal_sealed', 'app_private.customer_identities',
      '{name,mail,phone,address,mail_hash,phone_hash,address_hash,whole_hash}', 'brand',
      null, null, false
    ),

    ('personal_unsealed', 'app_public.read_person(bigint,text)', '{}', 'brand', null, null, true),
    -- It tells who has an address or a number.
    (
      'personal_unsealed', 'app_public.find_customer(bytea,bytea,text)', '{}', 'brand',
      null, null, true
    ),

    -- Money.
    ('money', 'app_public.products', '{product_price,cost}', 'brand', null, null, false),
    ('money', 'reporting.category_stock', '{stock_value,stock_cost}', 'brand', null, null, false),
    ('money', 'app_hidden.category_stock_slots', '{stock_value,stock_cost}', 'brand',
      null, null, false),
    ('money', 'reporting.rollup_drift', '{}', 'brand', null, null, false),

    -- What happened, and who gets in.
    ('audit', 'app_public.audit_log', '{}', 'acting', null, null, false),
    ('audit', 'app_private.audit_seals', '{}', 'organization', null, null, false),
    ('access', 'app_public.database_logins', '{}', 'acting', null, null, false),
    ('access', 'app_public.api_keys', '{}', 'acting', null, null, false),
    ('access', 'app_public.open_invitations', '{}', 'organization', null, null, false),
    ('access', 'reporting.access_review', '{}', 'acting', null, null, false),

    -- What opens doors. Nobody is meant to read any of it.
    ('secrets', 'app_private.user_accounts', '{password_hash}', 'organization', null, null, false),
    ('secrets', 'app_private.registrations', '{password_hash}', 'organization', null, null, false),
    ('secrets', 'app_private.sessions', '{session_hash}', 'organization', null, null, false),
    ('secrets', 'app_private.second_factors', '{secret,wanted_secret}', 'organization',
      null, null, false),
    ('secrets', 'app_private.recovery_codes', '{code_hash}', 'organization', null, null, false),
    ('secrets', 'app_private.refresh_tokens', '{token_hash}', 'organization', null, null, false),
    ('secrets', 'app_private.mail_tokens', '{token_hash}', 'organization', null, null, false),
    (
      'secrets', 'app_private.login_attempts',
      '{account_key,address_key,challenge_hash,secret_hash}', 'organization', null, null, false
    ),
    ('secrets', 'app_private.channel_key', '{key}', 'organization', null, null, false),
    ('secrets', 'app_private.data_keys', '{wrapped}', 'brand', null, null, false)
) as d (data_class, object, columns, scope, policy, shown_to, persons_only)
left join lateral unnest(d.columns::text[]) as c (name) on true;

comment on view app_private.sensitive_data is
  'One row per thing that the access review is about: a column, or a whole table, view or '
  'function, and the class of what it holds.';
comment on column app_private.sensitive_data.data_class is
  'personal_unsealed (customers in clear, each reading logged with its reason), personal_clear '
  '(names and addresses of people in the house), personal_masked, personal_sealed (ciphertext), '
  'money, audit, access (who may get in) or secrets.';
comment on column app_private.sensitive_data.object is
  'A table or view, or a function with its arguments.';
comment on column app_private.sensitive_data.column_name is
  'The column; null for any, and for a function.';
comment on column app_private.sensitive_data.scope is
  'Whose it is: of the brand that one acts for, of the own organization, or (acting) of that brand '
  'if there is one, else of the organization.';
comment on column app_private.sensitive_data.policy is
  'The policy that counts, where another one shows people only what is their own.';
comment on column app_private.sensitive_data.shown_to is
  'The roles that it is shown to like this, where a function tells them apart; else null.';
comment on column app_private.sensitive_data.persons_only is
  'Whether only a person who is signed in to the app may, no API key and no database login.';

grant select on app_private.sensitive_data to fluence_definer;
