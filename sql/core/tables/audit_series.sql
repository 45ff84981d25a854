comment on table app_private.audit_series is
  'One row per cluster that the audit log was written in, in turn: numbers of transactions are a '
  'cluster''s own. The last is the current one.';
comment on column app_private.audit_series.series is 'Its number: 1, 2, 3.';
comment on column app_private.audit_series.cluster_id is
  'The cluster, by the number that PostgreSQL gave it when it was made.';
comment on column app_private.audit_series.opened_at is 'When it was found to be another one.';
