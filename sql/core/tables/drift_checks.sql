comment on table app_private.drift_checks is
  'When roll-ups were last compared with their facts. One row, or none before the first check.';
comment on column app_private.drift_checks.is_only_row is 'Always true: there is one row.';
comment on column app_private.drift_checks.checked_at is 'When the check was made.';
comment on column app_private.drift_checks.drifted_rows is
  'How many roll-up rows differed from their facts; 0 is what it must be.';
