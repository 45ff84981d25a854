create or replace function app_private.check_drift()
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_drifted_rows bigint;
begin
  select count(*) into v_drifted_rows from reporting.rollup_drift as d;
  perform app_private.note_drift_check(v_drifted_rows);
  return v_drifted_rows;
end
$$;
comment on function app_private.check_drift() is
  'Compares all roll-ups of all brands with their facts and notes how many rows differ.';
grant execute on function app_private.check_drift() to fluence_worker;
alter function app_private.check_drift() owner to fluence_definer;
