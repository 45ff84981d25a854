import { id, object } from '../../../src/server/worker/payloads.ts'
import { eventTask } from '../../../src/server/worker/tasks.ts'

/** Writes down that an event happened; test.troubles makes it slow, or fail. */
export default eventTask('test.happened', object({ n: id }), async (event, sql) => {
  await sql('insert into test.runs (event_id) values ($1)', [event.id])
  await sql('select pg_sleep(t.seconds) from test.troubles as t where t.key = $1', [event.key])
  await sql('select test.record($1, $2, $3)', [event.id, event.key, event.payload.n])
})
