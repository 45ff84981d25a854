create or replace function app_private.note_in_audit(
  action app_public.audit_action,
  organization_id bigint,
  object text,
  row_key jsonb,
  reason text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform app_private.make_partition('app_public.audit_log', clock_timestamp());
  insert into app_public.audit_log (
    series, organization_id, action, door, user_id, session_id, login, role, request_id,
    object, row_key, reason
  )
  select
    app_private.audit_series(), note_in_audit.organization_id, note_in_audit.action,
    c.door, c.user_id, c.session_id, c.login, c.role, c.request_id,
    left(note_in_audit.object, 200), note_in_audit.row_key, left(note_in_audit.reason, 500)
  from app_private.audit_caller() as c;
end
$$;
comment on function app_private.note_in_audit(
  app_public.audit_action, bigint, text, jsonb, text
) is
  'Writes to the audit log what no trigger sees: that somebody read personal data, and why. Who '
  'it was and through which door, it finds itself.';
grant execute on function app_private.note_in_audit(
  app_public.audit_action, bigint, text, jsonb, text
) to fluence_definer;
alter function app_private.note_in_audit(
  app_public.audit_action, bigint, text, jsonb, text
) owner to fluence_definer;
