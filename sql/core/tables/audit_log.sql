comment on type app_public.audit_door is
  'Through which door something was done: the app, a database login, a command of Fluence, its '
  'worker, or by whoever runs the server.';
comment on type app_public.audit_action is
  'What was done: rows were inserted, updated or deleted, a table was emptied, personal data were '
  'read, or something was refused.';
comment on table app_public.audit_log is
  E'@behavior -insert -update -delete -single\n'
  'One row per change of a row that people or the house made, per reading of personal data, and '
  'per refusal, at most a few a minute. Nobody can change or remove one. An admin and an auditor '
  'read what concerns their organization.';
comment on column app_public.audit_log.occurred_at is E'@behavior +orderBy\nWhen.';
comment on column app_public.audit_log.id is 'Number of the entry.';
comment on column app_public.audit_log.series is
  E'@behavior -select -filterBy -orderBy\nWhich cluster''s numbers of transactions are meant.';
comment on column app_public.audit_log.transaction_id is
  E'@behavior -select -filterBy -orderBy\nThe transaction that did it.';
comment on column app_public.audit_log.organization_id is
  'The organization that it concerns: whose rows they are. Null: none, or the platform.';
comment on column app_public.audit_log.action is 'What was done.';
comment on column app_public.audit_log.door is 'Through which door.';
comment on column app_public.audit_log.user_id is
  'The person who did it; null for an API key, a login that nobody holds, and the house.';
comment on column app_public.audit_log.session_id is 'The session or API key it was done by.';
comment on column app_public.audit_log.login is
  'The database login, where it was not one of the house''s own.';
comment on column app_public.audit_log.role is 'The role that it was done in.';
comment on column app_public.audit_log.request_id is
  'The request, as the server''s log names it.';
comment on column app_public.audit_log.object is
  'The table, or what was asked for, such as app_public.products.';
comment on column app_public.audit_log.row_key is 'The key of the row.';
comment on column app_public.audit_log.before is
  'The row as it was; of an update, the columns that changed. Personal data and secrets are "***".';
comment on column app_public.audit_log.after is
  'The row as it is since; of an update, the columns that changed. Personal data and secrets are '
  '"***".';
comment on column app_public.audit_log.reason is
  'Why, as the person said; of a refusal, the code, and how often it came within the minute.';
