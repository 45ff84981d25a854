import { jobTask, scheduled } from '../../src/server/worker/tasks.ts'

/** Picks up what dead workers left behind and no heartbeat tells of. */
export default jobTask(scheduled, (_payload, sql) => sql('select app_private.sweep_jobs()'))
