import { jobTask, scheduled } from '../../src/server/worker/tasks.ts'

/** Jobs that failed for good stay visible for a month. */
export default jobTask(scheduled, (_payload, sql) =>
  sql(`select app_private.forget_failed_jobs(interval '30 days')`),
)
