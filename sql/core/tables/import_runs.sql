comment on type app_public.import_status is
  'How far a run is. One that was cut off is failed: the next import of the brand says so.';
comment on table app_public.import_runs is
  'One row per run of an import: which file, who, when, and what became of its rows.';
comment on column app_public.import_runs.brand_id is 'The brand whose data it brought.';
comment on column app_public.import_runs.id is 'Number of the run.';
comment on column app_public.import_runs.kind is 'What was imported, for example customers.';
comment on column app_public.import_runs.file_name is
  'Name of the file, without its folder; null for what came through a pipe.';
comment on column app_public.import_runs.file_hash is
  'SHA-256 of the file as it was read; null until it was read to its end.';
comment on column app_public.import_runs.started_by is
  'Who called the command, by the name of the account on that machine.';
comment on column app_public.import_runs.started_at is 'When it began.';
comment on column app_public.import_runs.finished_at is 'When it was over.';
comment on column app_public.import_runs.status is
  'Whether it is at work, is done, or failed. What a failed one had merged by then stands.';
comment on column app_public.import_runs.rows_read is 'Rows of the file that it has worked off.';
comment on column app_public.import_runs.rows_added is 'Rows that were new.';
comment on column app_public.import_runs.rows_changed is 'Rows that were there and differed.';
comment on column app_public.import_runs.rows_unchanged is 'Rows that were there just so.';
comment on column app_public.import_runs.rows_rejected is
  'Rows that could not be taken: see import_rejects.';
