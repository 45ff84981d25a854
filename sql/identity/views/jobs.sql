create or replace view reporting.jobs
with (security_invoker = true) as
select
  j.id,
  j.organization_id,
  j.task,
  j.key,
  j.state,
  j.attempts,
  j.max_attempts,
  j.run_at,
  j.created_at,
  j.error_code
from app_private.visible_jobs() as j;

comment on view reporting.jobs is
  E'@primaryKey id\n'
  'One row per job of the brand that is waiting, running or failed; done ones are gone. The '
  'platform''s admins see the jobs of all.';
comment on column reporting.jobs.id is 'Number of the job.';
comment on column reporting.jobs.organization_id is
  'The organization it works for; null for the platform itself.';
comment on column reporting.jobs.task is 'What kind of work it is.';
comment on column reporting.jobs.key is
  'Name that no other waiting job has; event:<number> for an event.';
comment on column reporting.jobs.state is
  'scheduled (for later), waiting, running, retrying (to be tried again) or failed for good.';
comment on column reporting.jobs.attempts is 'How often it was tried.';
comment on column reporting.jobs.max_attempts is 'How often it is tried before it is given up.';
comment on column reporting.jobs.run_at is 'When it is tried, or tried again.';
comment on column reporting.jobs.created_at is 'When it was added.';
comment on column reporting.jobs.error_code is
  'Why it failed last: a SQLSTATE, bad_payload, or the code of the error.';

grant select on reporting.jobs to fluence_admin;
