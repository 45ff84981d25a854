import pg from 'pg'
import { describe, expect, inject } from 'vitest'
import { until } from '../../src/server/postgres/processes.ts'
import { cli, query, run, start } from '../harness/processes.ts'
import { test } from '../harness/test.ts'

describe('fluence worker', () => {
  test('enters what happens in the feeds, and tells of which', async ({ database }) => {
    const ask = (sql: string) => query<Record<string, string>>(database.superuserUrl, sql)
    const brand = async (slug: string) => {
      const [row] = await ask(
        `select id from app_private.create_organization('brand', '${slug}', 'A', 'UTC', 'EUR')`,
      )
      return row?.['id'] ?? ''
    }
    const [acme, globex] = [await brand('acme'), await brand('globex')]
    const [feed] = await ask('select app_private.feed_channel() as channel')
    const listener = new pg.Client({ connectionString: database.superuserUrl })
    await listener.connect()
    const heard = new Set<string | undefined>()
    listener.on('notification', ({ payload }) => heard.add(payload))
    await listener.query(`listen ${feed?.['channel']}`)

    const worker = start({
      command: [...cli, 'worker', '--concurrency', '2'],
      env: { DATABASE_URL: database.superuserUrl, FLUENCE_SECRET: inject('secret') },
    })
    await worker.says('The worker is ready.')
    for (const [n, id] of [globex, acme, globex, acme, acme].entries()) {
      await ask(
        `insert into app_public.products (brand_id, id, title, category, product_price, currency)
         values (${id}, ${n + 1}, 'Apron', 'Kitchen', 1, 'EUR')`,
      )
    }
    const entries = await until(20_000, async () => {
      const rows = await ask(
        `select o.slug, e.position, e.payload ->> 'product_id' as product
         from app_private.feed_entries as e
         join app_public.organizations as o on o.id = e.brand_id
         order by o.slug, e.position`,
      )
      return rows.length === 5 && rows
    })
    expect(entries).toEqual([
      { slug: 'acme', position: '1', product: '2' },
      { slug: 'acme', position: '2', product: '4' },
      { slug: 'acme', position: '3', product: '5' },
      { slug: 'globex', position: '1', product: '1' },
      { slug: 'globex', position: '2', product: '3' },
    ])
    await until(20_000, () => heard.size === 2)
    expect(heard).toEqual(new Set([acme, globex]))
    await listener.end()
    worker.signal('SIGTERM')
    expect(await worker.end()).toBe(0)
  })

  test('refuses a concurrency that is none', async () => {
    const refused = await run({ command: [...cli, 'worker', '--concurrency', '0'] })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('It must be a number from 1 to 999.')
  })
})
