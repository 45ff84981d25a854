drop trigger if exists _100_append_only on app_private.audit_seals;
create trigger _100_append_only
  before update or delete or truncate on app_private.audit_seals
  for each statement execute function app_private.tg__append_only();
-- Also for what is replicated.
alter table app_private.audit_seals enable always trigger _100_append_only;
