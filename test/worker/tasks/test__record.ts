import { id, object } from '../../../src/server/worker/payloads.ts'
import { eventTask } from '../../../src/server/worker/tasks.ts'

/** Writes down that an event happened; test.troubles makes it slow, or fail. */
export default eventTask('test.happened', object({ n: id }), async ({ id, key, payload }, sql) => {
  await sql('insert into test.runs (event_id) values ($1)', [id])
  await sql('select pg_sleep(t.seconds) from test.troubles as t where t.key = $1', [key])
  await sql('select test.record($1, $2, $3)', [id, key, payload.n])
})
