import fc from 'fast-check'
import pg from 'pg'
import { expect } from 'vitest'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { test } from '../../harness/test.ts'

const from = (...options: string[]) => fc.constantFrom(...options)
const brand = from('acme', 'globex').map(
  (slug) => `(select o.id from app_public.organizations as o where o.slug = '${slug}')`,
)
const id = fc.integer({ min: 1, max: 12 })
const category = from(`'Kitchen'`, `'Garden'`)
const currency = from(`'EUR'`, `'TRY'`)
const amount = from('0', '0.0001', '9.99', '123456789.5')
const stock = from('0', '1', '250', '2147483647')

const change = fc.oneof(
  stock.map((value) => `stock_quantity = ${value}`),
  amount.map((value) => `product_price = ${value}`),
  from('cost = null', 'cost = 2.5', 'cost = p.product_price'),
  category.map((value) => `category = ${value}`),
  currency.map((value) => `currency = ${value}`),
  from(
    'on_sale = not p.on_sale and p.retired_at is null',
    'on_sale = false, retired_at = coalesce(p.retired_at, now())',
  ),
  from(`title = 'New'`),
)
const changes = fc
  .uniqueArray(change, { minLength: 1, maxLength: 3, selector: (text) => text.split(' ')[0] })
  .map((list) => list.join(', '))

/** Each from one row to all there are, or some that are not there. */
const insert = fc
  .record({
    brand,
    id,
    upTo: id,
    category,
    currency,
    amount,
    stock,
    clash: fc.oneof(
      from('nothing'),
      changes.map((list) => `update set ${list}`),
    ),
  })
  .map(
    (r) =>
      `insert into app_public.products as p
         (brand_id, id, title, category, currency, product_price, cost, stock_quantity)
       select ${r.brand}, i, 'P', ${r.category}, ${r.currency}, ${r.amount}, nullif(i % 3, 0),
         ${r.stock}
       from generate_series(${r.id}, ${r.upTo}) as i
       on conflict (brand_id, id) do ${r.clash}`,
  )
const update = fc.record({ brand, id, upTo: id, changes }).map(
  (r) =>
    `update app_public.products as p set ${r.changes}
       where p.brand_id = ${r.brand} and p.id between ${r.id} and ${r.upTo}`,
)
const remove = fc.record({ brand, id, upTo: id }).map(
  (r) =>
    `delete from app_public.products as p
       where p.brand_id = ${r.brand} and p.id between ${r.id} and ${r.upTo}`,
)
const statement = fc.oneof(insert, update, remove)

/** Statements, some of them after a savepoint, then kept or taken back. */
const steps = fc.oneof(
  { weight: 3, arbitrary: statement.map((text) => [text]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(statement, { maxLength: 3 }), from('release part', 'rollback to part'))
      .map(([inner, end]) => ['savepoint part'].concat(inner, end)),
  },
)
const transaction = fc
  .tuple(fc.array(steps, { minLength: 1, maxLength: 4 }), from('commit', 'commit', 'rollback'))
  .map(([all, end]) => ['begin'].concat(all.flat(), end))
const history = fc.array(transaction, { minLength: 1, maxLength: 6 })

/** What two writers may do to each other: wait for each other, or come too late. */
const ofConcurrency = new Set(['40P01', '40001'])

async function play(client: pg.Client, transactions: string[][]): Promise<void> {
  for (const statements of transactions) {
    try {
      for (const text of statements) await client.query(text)
    } catch (error) {
      await client.query('rollback')
      if (!ofConcurrency.has((error as pg.DatabaseError).code ?? '')) throw error
    }
  }
}

test('no history of writers side by side makes the roll-up drift', async ({ database }) => {
  const writers = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const client = new pg.Client({ connectionString: database.superuserUrl })
      await client.connect()
      await client.query(`set deadlock_timeout = '10ms'`)
      return client
    }),
  )
  const histories = fc.array(history, { minLength: writers.length, maxLength: writers.length })
  let slots = 0
  try {
    await withClient(database.superuserUrl, async (reader) => {
      await reader.query(
        `select app_private.create_organization('brand', slug, slug, 'UTC', 'EUR')
         from unnest('{acme, globex}'::text[]) as slug`,
      )
      const property = fc.asyncProperty(histories, async (all) => {
        const played = await Promise.allSettled(
          writers.map((client, i) => play(client, all[i] ?? [])),
        )
        expect(played.filter(({ status }) => status === 'rejected')).toEqual([])
        expect((await reader.query('table reporting.rollup_drift')).rows).toEqual([])
        const found = await reader.query(
          'select distinct slot from app_hidden.category_stock_slots where products <> 0',
        )
        slots = Math.max(slots, found.rowCount ?? 0)
      })
      await fc.assert(property, { numRuns: 40 })
    })
  } finally {
    await Promise.all(writers.map((client) => client.end()))
  }
  // The writers were not all one, and what they wrote was there to be compared.
  expect(slots).toBeGreaterThan(1)
})
