comment on table app_private.loaded_sources is
  'Which state of sql/ this database runs. One row, or none while the loader is at work.';
comment on column app_private.loaded_sources.is_only_row is 'Always true: there is one row.';
comment on column app_private.loaded_sources.sources_hash is
  'SHA-256 over the names and texts of all files that the loader applied.';
comment on column app_private.loaded_sources.loaded_at is 'When the loader committed.';
