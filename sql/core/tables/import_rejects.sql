comment on table app_public.import_rejects is
  'One row per row of a file that a run could not take. The row itself is in the file of rejects '
  'that the command has written, and nowhere here.';
comment on column app_public.import_rejects.brand_id is 'The brand of the run.';
comment on column app_public.import_rejects.run_id is 'The run.';
comment on column app_public.import_rejects.line is 'Line of the file on which the row begins.';
comment on column app_public.import_rejects.field is
  'The column at fault, by its name in Fluence; null where it is the whole row.';
comment on column app_public.import_rejects.code is 'Why: a code of error_codes.';
