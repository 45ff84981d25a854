import { id, object, oneOf } from '../../src/server/worker/payloads.ts'
import { eventTask } from '../../src/server/worker/tasks.ts'

/** Tells who listens to a brand that one of its products has changed. */
export default eventTask(
  'product.changed',
  object({ product_id: id, change: oneOf('added', 'edited', 'retired', 'deleted') }),
  (event, sql) =>
    sql('select app_private.announce_product_change($1, $2, $3)', [
      event.id,
      event.organizationId,
      event.payload.product_id,
    ]),
)
