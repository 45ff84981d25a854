-- A refusal takes its own transaction back, so the server notes it in another one.
create or replace function app_private.note_refusals(refusals jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform app_private.make_partition('app_public.audit_log', clock_timestamp());
  insert into app_public.audit_log (
    series, organization_id, action, door, user_id, session_id, role, request_id, object, reason
  )
  select
    app_private.audit_series(), coalesce(s.acting_brand_id, s.organization_id), 'refuse', 'app',
    s.user_id, s.id, coalesce(s.role::text, 'visitor'), left(r.request_id, 100),
    left(r.object, 200),
    r.code || case when r.times > 1 then format(', %s times within a minute', r.times) else '' end
  from jsonb_to_recordset(note_refusals.refusals) as r (
    session_hash text, request_id text, object text, code text, times integer
  )
  left join app_private.sessions as s on s.session_hash = decode(r.session_hash, 'hex');
end
$$;
comment on function app_private.note_refusals(jsonb) is
  'Writes to the audit log what the GraphQL door refused: by whom (the hash of the session), what '
  'was asked for, the code, and how often. The server counts, so that a flood is a few rows.';
grant execute on function app_private.note_refusals(jsonb) to fluence_server;
alter function app_private.note_refusals(jsonb) owner to fluence_definer;
