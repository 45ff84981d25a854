import { jobTask, scheduled } from '../../src/server/worker/tasks.ts'

/** Compares roll-ups with their facts; /metrics shows what it found. */
export default jobTask(scheduled, (_payload, sql) => sql('select app_private.check_drift()'))
