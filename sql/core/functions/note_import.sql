create or replace function app_private.note_import(
  brand_id bigint,
  run_id bigint,
  rows_read bigint,
  rows_added bigint,
  rows_changed bigint,
  lines bigint[],
  fields text[],
  codes text[]
)
returns void
language plpgsql
volatile
strict
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rejected constant bigint := cardinality(note_import.lines);
begin
  update app_public.import_runs as r
  set rows_read = r.rows_read + note_import.rows_read,
    rows_added = r.rows_added + note_import.rows_added,
    rows_changed = r.rows_changed + note_import.rows_changed,
    rows_rejected = r.rows_rejected + v_rejected,
    rows_unchanged = r.rows_unchanged + note_import.rows_read - note_import.rows_added
      - note_import.rows_changed - v_rejected
  where r.brand_id = note_import.brand_id
    and r.id = note_import.run_id
    and r.status = 'running';
  if not found then
    raise exception using
      errcode = 'FL005',
      message = format('The import %s is over.', note_import.run_id),
      hint = 'Import the file again: what is there already stays as it is.';
  end if;
  insert into app_public.import_rejects (brand_id, run_id, line, field, code)
  select note_import.brand_id, note_import.run_id, e.line, e.field, e.code
  from unnest(note_import.lines, note_import.fields, note_import.codes) as e (line, field, code);
end
$$;
comment on function app_private.note_import(
  bigint, bigint, bigint, bigint, bigint, bigint[], text[], text[]
) is
  'Adds to a run what became of a batch of its rows: what is not new, changed or rejected is '
  'unchanged. For the functions that merge, in the same transaction. FL005 if the run is over.';
grant execute on function app_private.note_import(
  bigint, bigint, bigint, bigint, bigint, bigint[], text[], text[]
) to fluence_definer;
