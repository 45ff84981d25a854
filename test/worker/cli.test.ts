import pg from 'pg'
import { describe, expect, inject } from 'vitest'
import { until } from '../../src/server/postgres/processes.ts'
import { cli, query, run, start } from '../harness/processes.ts'
import { test } from '../harness/test.ts'

describe('fluence worker', () => {
  test('tells who listens to a brand of its products, and of no other', async ({ database }) => {
    const ask = (sql: string) => query<Record<string, string>>(database.superuserUrl, sql)
    const [ours] = await ask(
      `select o.id, app_private.channel_of(o.id) as channel
       from app_private.create_organization('brand', 'acme', 'Acme', 'UTC', 'EUR') as o`,
    )
    const [theirs] = await ask(
      `select o.id, app_private.channel_of(o.id) as channel
       from app_private.create_organization('brand', 'globex', 'Globex', 'UTC', 'EUR') as o`,
    )
    expect(ours?.['channel']).not.toBe(theirs?.['channel'])
    const listener = new pg.Client({ connectionString: database.superuserUrl })
    await listener.connect()
    const heard: object[] = []
    listener.on('notification', ({ payload = '' }) => heard.push(JSON.parse(payload) as object))
    await listener.query(`listen ${ours?.['channel']}`)

    const worker = start({
      command: [...cli, 'worker', '--concurrency', '2'],
      env: { DATABASE_URL: database.superuserUrl, FLUENCE_SECRET: inject('secret') },
    })
    await worker.says('The worker is ready.')
    const products: string[] = []
    for (const brand of [theirs, ours, theirs, ours]) {
      const [product] = await ask(
        `insert into app_public.products (brand_id, title, category, product_price, currency)
         values (${brand?.['id']}, 'Apron', 'Kitchen', 1, 'EUR') returning id`,
      )
      products.push(product?.['id'] ?? '')
    }
    await until(20_000, () => heard.length >= 2)
    await until(20_000, async () => {
      const [left] = await ask(
        `select (select count(*) from app_private.outbox)
              + (select count(*) from app_private.outbox_deliveries) as events`,
      )
      return left?.['events'] === '0'
    })
    await listener.end()
    expect(heard).toHaveLength(2)
    expect(heard).toEqual(
      expect.arrayContaining(
        [products[1], products[3]].map((id) =>
          expect.objectContaining({ topic: 'product.changed', product_id: id }),
        ),
      ),
    )
    worker.signal('SIGTERM')
    expect(await worker.end()).toBe(0)
  })

  test('refuses a concurrency that is none', async () => {
    const refused = await run({ command: [...cli, 'worker', '--concurrency', '0'] })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('It must be a number from 1 to 999.')
  })
})
