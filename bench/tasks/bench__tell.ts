import { anything } from '../../src/server/worker/payloads.ts'
import { eventTask } from '../../src/server/worker/tasks.ts'

/** Tells the benchmark of the outbox that the event was worked off. */
export default eventTask('product.changed', anything, (event, sql) =>
  sql('select bench.tell($1, $2)', [
    event.id,
    (event.payload as { product_id: string }).product_id,
  ]),
)
