-- Entries and position are one transaction: what was read is noted once, whatever dies.
create or replace function app_private.note_login_refusals(
  refusals jsonb,
  file_id text,
  "position" bigint
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_moment timestamptz;
begin
  for v_moment in
    select distinct date_trunc('month', r.occurred_at)
    from jsonb_to_recordset(note_login_refusals.refusals) as r (occurred_at timestamptz)
  loop
    perform app_private.make_partition('app_public.audit_log', v_moment);
    perform app_private.make_partition('app_public.audit_log', v_moment + interval '1 month');
  end loop;
  insert into app_public.audit_log (
    occurred_at, series, organization_id, action, door, user_id, login, role, object, reason
  )
  select
    r.occurred_at, app_private.audit_series(), coalesce(l.acting_brand_id, l.organization_id),
    'refuse', 'sql', m.user_id, left(r.login, 63), l.role::text, left(r.object, 200),
    '42501' || case when r.times > 1 then format(', %s times within a minute', r.times) else '' end
  from jsonb_to_recordset(note_login_refusals.refusals) as r (
    occurred_at timestamptz, login text, object text, times integer
  )
  left join pg_roles as o on o.rolname = r.login
  left join app_private.database_logins as l on l.login_oid = o.oid
  left join app_public.memberships as m on m.id = l.membership_id;

  insert into app_private.server_log_positions as p (file_id, position)
  values (decode(note_login_refusals.file_id, 'hex'), note_login_refusals.position)
  on conflict on constraint server_log_positions_pkey do update
  set file_id = excluded.file_id, position = excluded.position, read_at = now();
end
$$;
comment on function app_private.note_login_refusals(jsonb, text, bigint) is
  'Writes to the audit log what PostgreSQL refused to database logins, as its own log tells, and '
  'how far that was read.';
grant execute on function app_private.note_login_refusals(jsonb, text, bigint) to fluence_worker;
alter function app_private.note_login_refusals(jsonb, text, bigint) owner to fluence_definer;
