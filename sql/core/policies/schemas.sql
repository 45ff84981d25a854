comment on schema app_public is 'Tables and functions of the API: what people may see and do.';
comment on schema app_hidden is 'Roll-ups and helpers: the caller''s own rights, not exposed.';
comment on schema app_private is 'Secrets, sessions, keys: reached through definer functions only.';
comment on schema reporting is 'Views and report functions: the contract for BI tools.';
comment on schema staff is 'Stored procedures for people without SQL.';
comment on schema lint is 'One rule of the house a view; a view that returns a row is a fault.';

grant usage on schema app_public to
  fluence_definer, fluence_server, fluence_worker, fluence_visitor, fluence_admin,
  fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager,
  fluence_influencer_manager, fluence_finance_manager, fluence_support_agent,
  fluence_report_reader, fluence_influencer, fluence_agency_manager, fluence_auditor;
grant usage on schema app_private to fluence_definer, fluence_server, fluence_worker;
grant usage on schema app_hidden to fluence_definer;
grant usage on schema reporting to
  fluence_definer, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_agency_manager,
  fluence_auditor;
grant usage on schema staff to
  fluence_admin, fluence_analyst, fluence_finance_manager, fluence_report_reader;
