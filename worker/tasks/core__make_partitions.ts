import { jobTask, scheduled } from '../../src/server/worker/tasks.ts'

/** A year ahead, so that nobody misses it if this fails for months. */
export default jobTask(scheduled, (_payload, sql) => sql('select app_private.make_partitions()'))
