-- The connection holds the run's lock until it ends, however it ends: so a run that says "running"
-- and whose lock is free was cut off.
create or replace function app_private.begin_import(
  brand_id bigint,
  kind text,
  file_name text,
  started_by text
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run_id bigint;
begin
  if not exists (
    select from app_public.organizations as o
    where o.id = begin_import.brand_id and o.kind = 'brand'
  ) then
    raise exception using
      errcode = 'FL002',
      message = format('The organization %s is no brand.', begin_import.brand_id),
      hint = 'Import into a brand.';
  end if;

  for v_run_id in
    select r.id
    from app_public.import_runs as r
    where r.brand_id = begin_import.brand_id and r.status = 'running'
    for update skip locked
  loop
    if pg_try_advisory_xact_lock(app_private.import_lock(begin_import.brand_id, v_run_id)) then
      update app_public.import_runs as r
      set status = 'failed', finished_at = clock_timestamp()
      where r.brand_id = begin_import.brand_id and r.id = v_run_id;
      delete from app_private.import_keys as k
      where k.brand_id = begin_import.brand_id and k.run_id = v_run_id;
    end if;
  end loop;

  insert into app_public.import_runs as r (brand_id, kind, file_name, started_by)
  values (
    begin_import.brand_id, begin_import.kind, begin_import.file_name, begin_import.started_by
  )
  returning r.id into v_run_id;
  perform pg_advisory_lock(app_private.import_lock(begin_import.brand_id, v_run_id));
  return v_run_id;
end
$$;
comment on function app_private.begin_import(bigint, text, text, text) is
  'Begins a run of an import into a brand, by this connection; its number. Runs of the brand that '
  'were cut off are failed from now on. FL002 if there is no such brand.';
grant execute on function app_private.begin_import(bigint, text, text, text) to fluence_server;
alter function app_private.begin_import(bigint, text, text, text) owner to fluence_definer;
