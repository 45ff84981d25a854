import { readEnv } from '../../src/server/env.ts'
import { Unreadable } from '../../src/server/personal/faults.ts'
import type { Database } from '../../src/server/personal/key-rings.ts'
import { openKeyRings } from '../../src/server/personal/open.ts'
import { renewRing } from '../../src/server/personal/renewal.ts'
import { jobTask, scheduled } from '../../src/server/worker/tasks.ts'

/**
 * Goes on with rotations of keys that were cut off, and renews what late writers sealed with an
 * older key. What is encrypted is Node's, so this calls more than one function of SQL; each batch
 * is one transaction.
 */
export default jobTask(scheduled, async (_payload, sql) => {
  const found = (await sql(
    'select distinct r.ring from app_private.rings_to_renew() as r (ring)',
  )) as { ring: string }[]
  if (found.length === 0) return
  const database: Database = {
    query: async <R extends object>(text: string, values?: unknown[]) => ({
      rows: (await sql(text, values)) as R[],
    }),
  }
  const rings = openKeyRings(readEnv(), database)
  let damaged = 0
  for (const { ring } of found) damaged += (await renewRing(database, rings, ring)).damaged.length
  if (damaged > 0) throw new Unreadable()
})
