import pg from 'pg'
import { describe, expect, onTestFinished } from 'vitest'
import { type Story, test } from '../../harness/test.ts'

const handOn = (story: Story) => story.rows(`select app_private.hand_on_events('{}', 500)`)

const entries = (story: Story) =>
  story.rows<{ position: string; title: string | null }>(
    `select c.position, p.title from app_public.product_changes as c
     left join app_public.products as p on p.brand_id = c.brand_id and p.id = c.product_id
     order by c.position`,
  )

describe('the feed of a brand', () => {
  test('numbers its own entries from 1, whatever happens in others', async ({ story }) => {
    const [acme, globex] = [await story.organization('acme'), await story.organization('globex')]
    for (const brand of [globex, globex, acme, globex, acme]) {
      await story.product(brand)
      await story.as(null)
      await handOn(story)
    }
    for (const [organization, count] of [
      [acme, 2],
      [globex, 3],
    ] as const) {
      await story.as({ role: 'analyst', organization })
      const positions = (await entries(story)).map(({ position }) => position)
      expect(positions).toEqual(Array.from({ length: count }, (_, i) => String(i + 1)))
      expect(await story.one('select app_public.feed_position()')).toEqual({
        feed_position: String(count),
      })
    }
  })

  test('is for those who see the products, and its table for nobody', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.product(acme)
    await story.as(null)
    await handOn(story)
    for (const role of ['report_reader', 'influencer', 'agency_manager', 'visitor']) {
      await story.as(role === 'visitor' ? { role } : { role, organization: acme })
      await story.rejects('42501', 'select from app_public.product_changes')
      await story.rejects('42501', 'select app_public.feed_position()')
    }
    for (const role of ['admin', 'analyst', 'product_manager', 'support_agent', 'auditor']) {
      await story.as({ role, organization: acme })
      expect(await entries(story)).toHaveLength(1)
      await story.rejects('42501', 'select from app_private.feed_entries')
      await story.rejects('42501', 'delete from app_public.product_changes')
      await story.rejects('42501', 'update app_public.product_changes set position = 1')
    }
  })

  test('has no position for who acts for no brand', async ({ story }) => {
    await story.organization('acme')
    await story.as({ role: 'admin' })
    await story.rejects('FL001', 'select app_public.feed_position()')
  })

  test('keeps what is young, and says how far it goes back', async ({ story }) => {
    const acme = await story.organization('acme')
    for (let i = 0; i < 3; i += 1) await story.product(acme)
    await story.as(null)
    await handOn(story)
    // The second one was entered late: what is before it goes with it, what is after it stays.
    await story.rows(
      `update app_private.feed_entries set entered_at = now() - interval '25 hours'
       where position = 2`,
    )
    await story.rows(`select app_private.trim_feeds(interval '1 day')`)
    await story.as({ role: 'analyst', organization: acme })
    expect((await entries(story)).map(({ position }) => position)).toEqual(['3'])
    for (const good of [2, 3]) {
      expect(await story.one('select app_public.feed_position($1) as it', [good])).toEqual({
        it: String(good),
      })
    }
    for (const bad of [-1, 0, 1, 4]) {
      await story.rejects('FL003', `select app_public.feed_position(${bad})`)
    }
  })

  test('begins and goes with its brand', async ({ story }) => {
    const feeds = () => story.rows('select f.last_position from app_private.feeds as f')
    const acme = await story.organization('acme')
    await story.as(null)
    expect(await feeds()).toEqual([{ last_position: '0' }])
    await story.rows(`select app_private.create_organization('agency', 'ag', 'A', 'UTC', 'EUR')`)
    expect(await feeds()).toHaveLength(1)
    await story.rows('delete from app_public.organizations where id = $1', [acme])
    expect(await feeds()).toEqual([])
  })

  test('leaves out an event of an organization that is none', async ({ story }) => {
    await story.rows(`select app_private.emit(999, 'product.changed', 'a', '{}')`)
    await story.rows(`select app_private.emit(null, 'product.changed', 'a', '{}')`)
    await handOn(story)
    expect(await story.rows('select from app_private.outbox')).toEqual([])
    expect(await story.rows('select from app_private.feed_entries')).toEqual([])
  })
})

test('two readers at once give every event one position, in an order that holds', async ({
  database,
}) => {
  const open = async () => {
    const client = new pg.Client({ connectionString: database.superuserUrl })
    await client.connect()
    onTestFinished(() => client.end().catch(() => {}))
    return client
  }
  const [writer, watcher, ...readers] = [await open(), await open(), await open(), await open()]
  await writer.query(
    `select app_private.create_organization('brand', 'b' || n, 'B', 'UTC', 'EUR')
     from generate_series(1, 3) as n`,
  )
  const ending = new AbortController()
  const read = async (client: pg.Client) => {
    let idle = 0
    while (!ending.signal.aborted || idle < 3) {
      const { rows } = await client.query(`select app_private.hand_on_events('{}', 7) as taken`)
      idle = rows[0].taken === 0 ? idle + 1 : 0
    }
  }
  /** Never does an entry come about before one that was seen. */
  const seen = new Map<string, number>()
  const watch = async () => {
    while (!ending.signal.aborted) {
      const { rows } = await watcher.query<{ brand: string; last: string; count: string }>(
        `select e.brand_id as brand, max(e.position) as last, count(*) as count
         from app_private.feed_entries as e group by e.brand_id`,
      )
      for (const { brand, last, count } of rows) {
        expect(last).toBe(count)
        seen.set(brand, Number(last))
      }
    }
  }
  const reading = Promise.all([...readers.map(read), watch()])
  for (let i = 0; i < 60; i += 1) {
    await writer.query(
      `insert into app_public.products (brand_id, title, category, product_price, currency)
       select o.id, 'Apron', 'Kitchen', 1, 'EUR'
       from app_public.organizations as o, generate_series(1, 5)`,
    )
  }
  ending.abort()
  await reading
  expect(seen.size).toBe(3)
  const { rows } = await writer.query(
    `select count(*) as entries, count(distinct e.payload) as products
     from app_private.feed_entries as e
     where e.position between 1 and 300 group by e.brand_id`,
  )
  expect(rows).toEqual(Array.from({ length: 3 }, () => ({ entries: '300', products: '300' })))
})
