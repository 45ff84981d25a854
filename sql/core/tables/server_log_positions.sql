comment on table app_private.server_log_positions is
  'How far PostgreSQL''s own log was read for refusals of database logins. One row, or none.';
comment on column app_private.server_log_positions.is_only_row is 'Always true: there is one row.';
comment on column app_private.server_log_positions.file_id is
  'The file, by SHA-256 of its first line: names come again every week.';
comment on column app_private.server_log_positions.position is 'How many bytes of it were read.';
comment on column app_private.server_log_positions.read_at is 'When they were read.';
