import fc from 'fast-check'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { withClient } from '../../src/server/postgres/connect.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { type Api, test } from '../harness/api.ts'
import { openLine, type Told } from '../harness/socket.ts'

const follow = `subscription ($after: BigInt) {
  productChanged(after: $after) { position change productId product { title } }
}`

interface Change {
  readonly position: string
  readonly change: string
  readonly productId: string
  readonly product: { readonly title: string } | null
}

const changes = (told: readonly Told[]) =>
  told.map(({ data }) => data?.['productChanged'] as Change | null)
const positions = (told: readonly Told[]) => changes(told).map((change) => change?.position)

const sql = <T extends object>(api: Api, text: string, values: unknown[] = []) =>
  withClient(api.database.superuserUrl, async (client) => {
    const { rows } = await client.query<T>(text, values)
    return rows
  })

/** What the reader of the outbox does ten times a second. */
const handOn = (api: Api) => sql(api, `select app_private.hand_on_events('{}', 500)`)

async function add(api: Api, brand: string, ...titles: string[]): Promise<void> {
  await sql(
    api,
    `insert into app_public.products (brand_id, title, category, product_price, currency)
     select o.id, t.title, 'Kitchen', 1, 'EUR'
     from app_public.organizations as o, unnest($2::text[]) with ordinality as t (title, n)
     where o.slug = $1 order by t.n`,
    [brand, titles],
  )
  await handOn(api)
}

async function feedPosition(api: Api, handle: string): Promise<string> {
  const { body } = await api.graphql('{ feedPosition }', {}, handle)
  return body.data?.['feedPosition'] as string
}

const end = (api: Api, handle: string) =>
  sql(
    api,
    `update app_private.sessions set revoked_at = now()
     where session_hash = sha256(convert_to($1, 'UTF8'))`,
    [handle],
  )

describe('a subscription', () => {
  test('tells what changes in the brand, in order, and nothing of another', async ({ api }) => {
    const handle = await api.signIn('acme', 'analyst')
    await api.signIn('globex', 'analyst')
    const after = await feedPosition(api, handle)
    const following = openLine(api.url, handle).ask(follow, { after })
    await add(api, 'acme', 'Apron')
    await add(api, 'globex', 'Secret')
    await sql(api, `update app_public.products set title = 'Bib' where title = 'Apron'`)
    await handOn(api)
    await sql(api, `delete from app_public.products where title = 'Bib'`)
    await handOn(api)
    await add(api, 'acme', 'Hat', 'Cap')
    const told = await following.has(5)
    expect(following.errors).toEqual([])
    const [added, , , hat, cap] = changes(told)
    expect(changes(told).map((it) => [it?.position, it?.change])).toEqual([
      ['1', 'added'],
      ['2', 'edited'],
      ['3', 'deleted'],
      ['4', 'added'],
      ['5', 'added'],
    ])
    expect([hat?.product, cap?.product]).toEqual([{ title: 'Hat' }, { title: 'Cap' }])
    expect(changes(told)[2]).toMatchObject({ productId: added?.productId, product: null })
  })

  test('without a position begins now', async ({ api }) => {
    const handle = await api.signIn('initech', 'auditor')
    await add(api, 'initech', 'Before')
    const line = openLine(api.url, handle)
    const following = line.ask(follow)
    // A second one on the same socket tells when the first surely follows.
    const second = line.ask(follow, { after: '0' })
    await second.has(1)
    await add(api, 'initech', 'After')
    expect(changes(await following.has(1)).map((it) => it?.product)).toEqual([{ title: 'After' }])
    expect(positions(await second.has(2))).toEqual(['1', '2'])
  })

  test('that was cut off goes on where it was, without a hole and without a double', async ({
    api,
  }) => {
    let round = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 5 }),
        async (batches, cuts) => {
          round += 1
          const brand = `brand-${round}`
          const handle = await api.signIn(brand, 'product_manager')
          const wanted = batches.reduce((sum, size) => sum + size, 0)
          const seen: (string | undefined)[] = []
          const writing = (async () => {
            for (const size of batches) {
              await add(api, brand, ...Array.from({ length: size }, (_, i) => `P${i}`))
            }
          })()
          for (const cut of [...cuts, wanted]) {
            if (seen.length >= wanted) break
            const line = openLine(api.url, handle)
            const following = line.ask(follow, { after: seen.at(-1) ?? '0' })
            const enough = Math.min(cut, wanted - seen.length)
            await following.has(enough)
            line.cut()
            seen.push(...positions(following.told))
          }
          await writing
          expect(seen).toEqual(Array.from({ length: wanted }, (_, i) => String(i + 1)))
        },
      ),
      { numRuns: 8 },
    )
  })

  test('goes on by itself when the database was away', async ({ api }) => {
    const handle = await api.signIn('hooli', 'admin')
    const following = openLine(api.url, handle).ask(follow, { after: '0' })
    await add(api, 'hooli', 'One')
    await following.has(1)
    await sql(
      api,
      `select pg_terminate_backend(a.pid) from pg_stat_activity as a
       where a.datname = current_database() and a.pid <> pg_backend_pid()`,
    )
    await add(api, 'hooli', 'Two')
    await add(api, 'hooli', 'Three')
    expect(positions(await following.has(3))).toEqual(['1', '2', '3'])
    expect(following.errors).toEqual([])
  })

  test('goes on for longer than any request may take', async ({ api }) => {
    const handle = await api.signIn('tyrell', 'analyst')
    const following = openLine(api.url, handle).ask(follow, { after: '0' })
    await add(api, 'tyrell', 'Early')
    await following.has(1)
    const now = performance.now.bind(performance)
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_600_000)
    onTestFinished(() => clock.mockRestore())
    await add(api, 'tyrell', 'An hour later')
    const told = await following.has(2)
    expect(changes(told).map((it) => it?.product?.title)).toEqual(['Early', 'An hour later'])
  })

  test('ends at a row that it cannot tell, and does not pass it over', async ({ api }) => {
    const handle = await api.signIn('cyberdyne', 'analyst')
    await add(api, 'cyberdyne', 'One', 'Two', 'Three')
    await sql(
      api,
      `update app_private.feed_entries as e set payload = '{"product_id": "no number"}'
       from app_public.organizations as o
       where o.slug = 'cyberdyne' and o.id = e.brand_id and e.position = 2`,
    )
    const following = openLine(api.url, handle).ask(follow, { after: '0' })
    await until(20_000, () => following.ended)
    expect(positions(following.told)).toEqual(['1'])
    expect(following.errors.map(({ extensions }) => extensions?.['code'])).toEqual(['FL915'])
  })

  test('whose caller hangs up is no fault of anybody', async ({ api }) => {
    const handle = await api.signIn('wonka', 'analyst')
    await add(api, 'wonka', ...Array.from({ length: 200 }, (_, i) => `P${i}`))
    const faults = () => api.reports.filter(({ code }) => code === 'FL905' || code === 'FL906')
    const before = faults().length
    const lines = Array.from({ length: 20 }, () => openLine(api.url, handle))
    const followings = lines.map((line) => line.ask(follow, { after: '0' }))
    await Promise.all(followings.map((following) => following.has(1)))
    for (const line of lines) line.reset()
    const last = openLine(api.url, handle).ask(follow, { after: '0' })
    expect(await last.has(200)).toHaveLength(200)
    expect(faults().slice(before)).toEqual([])
  })

  test('ends when it is told to, and leaves nothing behind', async ({ api }) => {
    const handle = await api.signIn('umbrella', 'analyst')
    const line = openLine(api.url, handle)
    const first = line.ask(follow, { after: '0' })
    const second = line.ask(follow, { after: '0' })
    await add(api, 'umbrella', 'One')
    await Promise.all([first.has(1), second.has(1)])
    first.end()
    await add(api, 'umbrella', 'Two')
    await second.has(2)
    expect([first.told.length, second.told.length]).toEqual([1, 2])
    expect(line.closed()).toBeUndefined()
  })
})

describe('the end of a session', () => {
  for (const [how, finish] of [
    ['by revocation', end],
    [
      'by its time',
      (api: Api, handle: string) =>
        sql(
          api,
          `update app_private.sessions set expires_at = clock_timestamp() + interval '50 ms'
           where session_hash = sha256(convert_to($1, 'UTF8'))`,
          [handle],
        ),
    ],
  ] as const) {
    test(`${how} ends its sockets, and no others`, async ({ api }) => {
      const [handle, other] = [
        await api.signIn('acme', 'analyst'),
        await api.signIn('acme', 'analyst'),
      ]
      const after = await feedPosition(api, handle)
      const [line, stays] = [openLine(api.url, handle), openLine(api.url, other)]
      const [following, going] = [line.ask(follow, { after }), stays.ask(follow, { after })]
      await add(api, 'acme', 'Seen')
      await Promise.all([following.has(1), going.has(1)])
      await finish(api, handle)
      await until(20_000, () => line.closed() !== undefined)
      expect(line.closed()).toBe(4401)
      await add(api, 'acme', 'Unseen')
      await going.has(2)
      expect([following.told.length, going.told.length]).toEqual([1, 2])
      expect(stays.closed()).toBeUndefined()
    })
  }

  test('tells nothing more from the very next statement on', async ({ api }) => {
    const handle = await api.signIn('stark', 'analyst')
    const line = openLine(api.url, handle)
    const following = line.ask(follow, { after: '0' })
    await add(api, 'stark', 'Seen')
    await following.has(1)
    // In one transaction: what happens and the end of the session are there at the same moment.
    await sql(
      api,
      `with gone as (
         update app_private.sessions set revoked_at = now()
         where session_hash = sha256(convert_to($1, 'UTF8'))
       )
       insert into app_public.products (brand_id, title, category, product_price, currency)
       select o.id, 'Unseen', 'Kitchen', 1, 'EUR' from app_public.organizations as o
       where o.slug = 'stark'`,
      [handle],
    )
    await handOn(api)
    await until(20_000, () => line.closed() !== undefined)
    expect(following.told).toHaveLength(1)
    expect(following.errors.map(({ extensions }) => extensions?.['code'])).toEqual(
      following.errors.map(() => 'FL903'),
    )
  })
})

describe('a subscription is refused', () => {
  const refusal = async (
    api: Api,
    handle: string | undefined,
    variables = {},
    query = follow,
  ): Promise<unknown> => {
    const line = openLine(api.url, handle)
    const following = line.ask(query, variables)
    await until(20_000, () => following.ended || following.told.length > 0)
    const errors = [...following.errors, ...following.told.flatMap((told) => told.errors ?? [])]
    return errors[0]?.extensions?.['code'] ?? line.closed()
  }

  test('to whoever may not follow', async ({ api }) => {
    expect(await refusal(api, undefined)).toBe('FL916')
    expect(await refusal(api, await api.signIn('acme', 'report_reader'))).toBe('FL916')
    expect(await refusal(api, await api.signIn('acme', 'influencer'))).toBe('FL916')
    expect(await refusal(api, 'no-such-session')).toBe(4401)
    const over = await api.signIn('acme', 'analyst')
    await end(api, over)
    expect(await refusal(api, over)).toBe(4401)
  })

  test('from a position that the feed does not go on from', async ({ api }) => {
    const handle = await api.signIn('wayne', 'analyst')
    await add(api, 'wayne', 'One', 'Two', 'Three')
    await sql(
      api,
      `update app_private.feed_entries as e set entered_at = now() - interval '25 hours'
       from app_public.organizations as o
       where o.slug = 'wayne' and o.id = e.brand_id and e.position <= 2`,
    )
    await sql(api, `select app_private.trim_feeds(interval '1 day')`)
    expect(await refusal(api, handle, { after: '1' })).toBe('FL003')
    expect(await refusal(api, handle, { after: '4' })).toBe('FL003')
    expect(await refusal(api, handle, { after: '-1' })).toBe('FL003')
    expect(await refusal(api, handle, { after: 'Infinity' })).toBe('FL915')
    const following = openLine(api.url, handle).ask(follow, { after: '2' })
    expect(positions(await following.has(1))).toEqual(['3'])
  })

  test('over HTTP, and with more or less than one field', async ({ api }) => {
    const handle = await api.signIn('acme', 'analyst')
    const { status, body } = await api.graphql(follow, { after: '0' }, handle)
    expect(status).toBe(400)
    expect(body.errors?.[0]?.extensions.code).toBe('FL901')
    const two = 'subscription { productChanged { position } a: productChanged { position } }'
    expect(await refusal(api, handle, {}, two)).toBe('FL901')
    const none = 'subscription { productChanged @skip(if: true) { position } }'
    expect(await refusal(api, handle, {}, none)).toBe('FL901')
  })

  test('beyond fifty at once on one socket', async ({ api }) => {
    const line = openLine(api.url, await api.signIn('acme', 'analyst'))
    const all = Array.from({ length: 60 }, () => line.ask(follow))
    await until(20_000, () => all.filter(({ ended }) => ended).length >= 10)
    const refused = all.filter(({ ended }) => ended)
    expect(refused).toHaveLength(10)
    for (const { errors } of refused) expect(errors[0]?.extensions?.['code']).toBe('FL902')
  })
})
