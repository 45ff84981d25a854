comment on table app_private.worker_heartbeats is
  'One row per running worker, as the jobs that it has locked name it.';
comment on column app_private.worker_heartbeats.worker_id is 'Its name in the locks of jobs.';
comment on column app_private.worker_heartbeats.started_at is 'When it was first heard of.';
comment on column app_private.worker_heartbeats.seen_at is 'When it was last heard of.';
comment on column app_private.worker_heartbeats.alive_until is
  'Until when it vouches for itself. After that its jobs are given to others.';
