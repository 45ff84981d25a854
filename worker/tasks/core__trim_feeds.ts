import { jobTask, scheduled } from '../../src/server/worker/tasks.ts'

/** Who was cut off may go on where it was for a day. */
export default jobTask(scheduled, (_payload, sql) =>
  sql(`select app_private.trim_feeds(interval '1 day')`),
)
