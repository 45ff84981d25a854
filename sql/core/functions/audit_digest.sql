-- Text that is the same whatever the session's settings and the order of columns are: a list, in
-- JSON, moments as seconds. Without "set", so that it is inlined; the verifier runs this very text.
create or replace function app_private.audit_digest(entry app_public.audit_log)
returns bytea
language sql
stable
begin atomic
  select sha256(convert_to(
    jsonb_build_array(
      entry.id, entry.series, entry.transaction_id, extract(epoch from entry.occurred_at),
      entry.organization_id, entry.action, entry.door, entry.user_id, entry.session_id,
      entry.login, entry.role, entry.request_id, entry.object, entry.row_key, entry.before,
      entry.after, entry.reason
    )::text,
    'UTF8'
  ));
end;
comment on function app_private.audit_digest(app_public.audit_log) is
  'SHA-256 of an entry of the audit log, of all its columns.';
grant execute on function app_private.audit_digest(app_public.audit_log) to fluence_definer;
