import { jobTask, scheduled } from '../../src/server/worker/tasks.ts'

/** PostgreSQL keeps no trace of who was connected; this looks each minute. */
export default jobTask(scheduled, (_payload, sql) => sql('select app_private.note_login_use()'))
