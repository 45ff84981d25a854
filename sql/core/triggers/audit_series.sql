drop trigger if exists _100_append_only on app_private.audit_series;
create trigger _100_append_only
  before update or delete or truncate on app_private.audit_series
  for each statement execute function app_private.tg__append_only();
-- Also for what is replicated.
alter table app_private.audit_series enable always trigger _100_append_only;
