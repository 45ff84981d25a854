create or replace function app_private.note_drift_check(drifted_rows bigint)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into app_private.drift_checks (checked_at, drifted_rows)
  values (now(), note_drift_check.drifted_rows)
  on conflict (is_only_row) do update set
    checked_at = excluded.checked_at,
    drifted_rows = excluded.drifted_rows
$$;
comment on function app_private.note_drift_check(bigint) is
  'Remembers that roll-ups were compared with their facts just now, and how many rows differed.';
grant execute on function app_private.note_drift_check(bigint) to fluence_worker;
alter function app_private.note_drift_check(bigint) owner to fluence_definer;
