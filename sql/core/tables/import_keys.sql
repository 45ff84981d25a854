comment on table app_private.import_keys is
  'One row per key that a run at work has read: so a key that comes twice in one file is told, '
  'however long the file is. Empty where no import is at work.';
comment on column app_private.import_keys.brand_id is 'The brand of the run.';
comment on column app_private.import_keys.run_id is 'The run.';
comment on column app_private.import_keys.key is 'The key of the row, as text.';
comment on column app_private.import_keys.line is 'Line on which it stood.';
