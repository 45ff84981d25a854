import { describe, expect } from 'vitest'
import type pg from 'pg'
import { renewRing } from '../../../src/server/personal/renewal.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { until } from '../../../src/server/postgres/processes.ts'
import { csvOf, importText, newBrand, person, testRings } from '../../harness/customers.ts'
import { test } from '../../harness/test.ts'

const count = 3000
const people = (from: number) =>
  csvOf(Array.from({ length: count }, (_, i) => person(from + i, { since: '2024-01-01' })))

/** How many entries of indexes of customers were looked at, once nobody is at work there. */
async function entriesRead(client: pg.ClientBase): Promise<number> {
  const alone = await until(20_000, async () => {
    const { rowCount } = await client.query(
      `select from pg_stat_activity as a
       where a.datname = current_database() and a.pid <> pg_backend_pid()
         and a.backend_type = 'client backend'`,
    )
    return rowCount === 0
  })
  expect(alone).toBe(true)
  const { rows } = await client.query<{ entries: number }>(
    `select sum(s.idx_tup_read)::float8 as entries
     from pg_stat_user_indexes as s where s.relname in ('customers', 'customer_identities')`,
  )
  return rows[0]?.entries ?? 0
}

describe('for a brand that is newer than the statistics', () => {
  test('an import and a rotation look rows up by their keys', async ({ database }) => {
    const { superuserUrl, access } = database
    const known = await newBrand(database, 'known')
    await importText(database, known, people(1))
    const fresh = await newBrand(database, 'fresh')
    await withClient(superuserUrl, async (client) => {
      await client.query('analyze app_public.customers, app_private.customer_identities')
      const before = await entriesRead(client)
      await importText(database, fresh, people(1), { batchRows: 300 })
      const imported = await entriesRead(client)
      // A look at all rows that are there, for each row, would be some millions.
      expect(imported - before).toBeLessThan(30 * count)

      await withClient(access.as('fluence_server'), async (server) => {
        const rings = testRings(server)
        await rings.rotate(fresh)
        expect(await renewRing(server, rings, fresh, { batch: 100 })).toEqual({
          rows: count,
          damaged: [],
        })
      })
      expect((await entriesRead(client)) - imported).toBeLessThan(30 * count)
    })
  })
})
