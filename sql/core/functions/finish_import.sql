create or replace function app_private.finish_import(
  brand_id bigint,
  run_id bigint,
  status app_public.import_status,
  file_hash app_private.digest
)
returns app_public.import_runs
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run app_public.import_runs;
begin
  update app_public.import_runs as r
  set status = finish_import.status,
    finished_at = clock_timestamp(),
    file_hash = finish_import.file_hash
  where r.brand_id = finish_import.brand_id
    and r.id = finish_import.run_id
    and r.status = 'running'
  returning r.* into v_run;
  if not found then
    raise exception using
      errcode = 'FL005',
      message = format('The import %s is over.', finish_import.run_id),
      hint = 'Import the file again: what is there already stays as it is.';
  end if;
  delete from app_private.import_keys as k
  where k.brand_id = finish_import.brand_id and k.run_id = finish_import.run_id;
  perform pg_advisory_unlock(
    app_private.import_lock(finish_import.brand_id, finish_import.run_id)
  );
  return v_run;
end
$$;
comment on function app_private.finish_import(
  bigint, bigint, app_public.import_status, app_private.digest
) is 'Ends a run, done or failed, and answers with it. FL005 if it was over before.';
grant execute on function app_private.finish_import(
  bigint, bigint, app_public.import_status, app_private.digest
) to fluence_server;
alter function app_private.finish_import(
  bigint, bigint, app_public.import_status, app_private.digest
) owner to fluence_definer;
