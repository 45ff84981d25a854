import { jobTask, scheduled } from '../../src/server/worker/tasks.ts'

/** What nobody can use any more need not be kept: attempts, tokens, sessions that are over. */
export default jobTask(scheduled, (_payload, sql) => sql('select app_private.sweep_sign_in()'))
