import pg from 'pg'
import { describe, expect } from 'vitest'
import { until } from '../../../src/server/postgres/processes.ts'
import { type Story, test } from '../../harness/test.ts'

interface Event {
  readonly organization_id: string
  readonly topic: string
  readonly key: string
  readonly payload: object
}

const events = (story: Story) =>
  story.rows<Event>(
    'select o.organization_id, o.topic, o.key, o.payload from app_private.outbox as o order by o.id',
  )

const emit = (story: Story, key: string, payload = '{}', organization: string | null = null) =>
  story.rows('select app_private.emit($1, $2, $3, $4)', [
    organization,
    'test.happened',
    key,
    payload,
  ])

/** What the reader does ten times a second; how many it took. */
async function handOn(story: Story, atMost = 500): Promise<number> {
  const { taken } = await story.one<{ taken: number }>(
    'select app_private.hand_on_events($1, $2) as taken',
    [{ 'test.happened': 'test__record', 'product.changed': 'test__record' }, atMost],
  )
  return taken
}

/** The keys of the events that have a job now, in the order in which they run. */
async function atWork(story: Story): Promise<string[]> {
  const rows = await story.rows<{ key: string }>(
    `select d.key from graphile_worker.jobs as j
     join app_private.outbox_deliveries as d on j.key = 'event:' || d.id
     order by j.priority, j.run_at, j.id`,
  )
  return rows.map(({ key }) => key)
}

/** Does as a job of the next event of a key would, and ends the job. */
async function workOff(story: Story, key: string): Promise<void> {
  const { id } = await story.one<{ id: string }>(
    `select min(d.id) as id from app_private.outbox_deliveries as d where d.key = $1`,
    [key],
  )
  expect(await story.one('select app_private.settle_event($1) as first', [id])).toEqual({
    first: true,
  })
  await endJob(story, id)
}

const endJob = (story: Story, event: string) =>
  story.one(`delete from graphile_worker._private_jobs as j where j.key = $1 returning j.id`, [
    `event:${event}`,
  ])

async function parked(story: Story, key: string, organization: string | null = null) {
  await story.as(null)
  await emit(story, key, '{}', organization)
  await handOn(story)
  const { id } = await story.one<{ id: string }>(
    'select max(d.id) as id from app_private.outbox_deliveries as d where d.key = $1',
    [key],
  )
  await story.rows('select app_private.park_event($1, $2, 8)', [id, '22012'])
  await endJob(story, id)
  return id
}

describe('a change of products', () => {
  test('is told, one event a product', async ({ story }) => {
    const acme = await story.organization('acme')
    const id = await story.product(acme)
    await story.rows(`update app_public.products set title = 'Bib' where id = $1`, [id])
    await story.rows('select app_public.retire_product($1)', [id])
    await story.rows('select app_public.delete_product($1)', [id])
    await story.as(null)
    expect(await events(story)).toEqual(
      ['added', 'edited', 'retired', 'deleted'].map((change) => ({
        organization_id: acme,
        topic: 'product.changed',
        key: `product:${acme}:${id}`,
        payload: { product_id: id, change },
      })),
    )
  })

  test('of many at once tells of those that differ', async ({ story }) => {
    const acme = await story.organization('acme')
    const [same, other] = [await story.product(acme), await story.product(acme)]
    await story.as(null)
    await story.rows('delete from app_private.outbox')
    await story.as({ role: 'product_manager', organization: acme })
    await story.rows(
      `update app_public.products set title = case id when $1 then title else 'Bib' end`,
      [same],
    )
    await story.rows(`update app_public.products set title = 'Hat' where false`)
    await story.as(null)
    expect((await events(story)).map(({ payload }) => payload)).toEqual([
      { product_id: other, change: 'edited' },
    ])
  })

  test('that is taken back is not told', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.rows('savepoint before')
    await story.product(acme)
    await story.rows('rollback to savepoint before')
    await story.as(null)
    expect(await events(story)).toEqual([])
  })
})

describe('the payload of an event', () => {
  for (const [what, payload] of [
    ['an address', '{"mail": "jane@example.org"}'],
    ['a long text', JSON.stringify({ note: 'x'.repeat(500) })],
    ['no object', '["1"]'],
  ] as const) {
    test(`is refused when it is ${what}`, async ({ story }) => {
      const error = await story.rejects('23514', 'select app_private.emit(1, $1, $2, $3)', [
        'test.happened',
        'a',
        payload,
      ])
      expect(error.constraint).toBe('outbox_payload_holds_ids_check')
    })
  }
})

describe('the reader of the outbox', () => {
  test('takes turns with another one, which could pass by an earlier event of a key', async ({
    database,
  }) => {
    const connect = async () => {
      const client = new pg.Client(database.superuserUrl)
      await client.connect()
      return client
    }
    const [first, second, witness] = [await connect(), await connect(), await connect()]
    try {
      await witness.query(
        `insert into app_private.outbox (topic, key, payload)
         select 'test.happened', 'turns:' || i, '{}' from generate_series(1, 4) as i`,
      )
      const take = async (reader: pg.Client) => {
        const { rows } = await reader.query<{ taken: number }>(
          `select app_private.hand_on_events('{"test.happened": "test__record"}', 2) as taken`,
        )
        return rows[0]?.taken
      }
      await first.query('begin')
      expect(await take(first)).toBe(2)
      const next = take(second)
      await until(20_000, async () => {
        const { rowCount } = await witness.query(
          `select from pg_locks as l
           where l.locktype = 'advisory' and not l.granted and l.pid = $1`,
          [(second as pg.Client & { processID: number }).processID],
        )
        return rowCount === 1
      })
      await first.query('commit')
      expect(await next).toBe(2)
    } finally {
      for (const client of [first, second]) await client.end()
      await witness.query(
        'delete from app_private.outbox_deliveries; delete from graphile_worker._private_jobs',
      )
      await witness.end()
    }
  })

  test('gives each key one job, for its first event', async ({ story }) => {
    for (const key of ['a', 'b', 'a', 'c', 'a']) await emit(story, key)
    expect(await handOn(story)).toBe(5)
    expect(await handOn(story)).toBe(0)
    expect(await events(story)).toEqual([])
    expect(await atWork(story)).toEqual(['a', 'b', 'c'])
  })

  test('takes as many as it is told, the oldest first', async ({ story }) => {
    for (const key of ['a', 'b', 'c']) await emit(story, key)
    expect(await handOn(story, 2)).toBe(2)
    expect((await events(story)).map(({ key }) => key)).toEqual(['c'])
  })

  test('leaves events that no task works off', async ({ story }) => {
    await story.rows(`select app_private.emit(null, 'nobody.listens', 'a', '{}')`)
    expect(await handOn(story)).toBe(0)
    expect(await events(story)).toHaveLength(1)
  })

  test('puts the event into its job and nothing else', async ({ story }) => {
    const acme = await story.organization('acme')
    const product = await story.product(acme)
    await story.as(null)
    await handOn(story)
    const { payload, ...job } = await story.one<{ payload: { event_id: string } }>(
      `select t.identifier, j.key, j.max_attempts, j.payload
       from graphile_worker._private_jobs as j
       join graphile_worker._private_tasks as t on t.id = j.task_id`,
    )
    expect(payload).toEqual({
      event_id: expect.stringMatching(/^\d+$/),
      organization_id: acme,
      topic: 'product.changed',
      key: `product:${acme}:${product}`,
      payload: { product_id: product, change: 'added' },
    })
    expect(job).toEqual({
      identifier: 'test__record',
      key: `event:${payload.event_id}`,
      max_attempts: 8,
    })
  })
})

describe('the next event of a key', () => {
  test('gets its job when the one before it is done', async ({ story }) => {
    for (const key of ['a', 'a', 'b']) await emit(story, key)
    await handOn(story)
    await emit(story, 'a')
    await handOn(story)
    await workOff(story, 'a')
    expect(await atWork(story)).toEqual(['b', 'a'])
    await workOff(story, 'a')
    await workOff(story, 'b')
    await workOff(story, 'a')
    expect(await atWork(story)).toEqual([])
    expect(await story.rows('table app_private.outbox_deliveries')).toEqual([])
  })

  test('is not forgotten between the end of one and the arrival of the next', async ({
    database,
  }) => {
    const connect = async () => {
      const client = new pg.Client({ connectionString: database.superuserUrl })
      await client.connect()
      return client
    }
    const [reader, worker, writer] = [await connect(), await connect(), await connect()]
    const happen = () =>
      writer.query(`select app_private.emit(null, 'test.happened', 'race', '{}')`)
    const read = async () => {
      const { rows } = await reader.query(
        `select app_private.hand_on_events('{"test.happened": "test__record"}', 500) as taken`,
      )
      return rows[0].taken
    }
    const jobs = async () => {
      const { rows } = await writer.query(
        `select d.id from graphile_worker.jobs as j
         join app_private.outbox_deliveries as d on j.key = 'event:' || d.id`,
      )
      return rows.map(({ id }) => id)
    }
    try {
      // The one is being finished when the next is read: the reader comes back for it.
      await happen()
      await read()
      const [first] = await jobs()
      await happen()
      await worker.query('begin')
      await worker.query('select app_private.settle_event($1)', [first])
      expect(await read()).toBe(0)
      await worker.query('commit')
      expect(await read()).toBe(1)
      const [second] = await jobs()
      expect(Number(second)).toBeGreaterThan(Number(first))

      // The next is being read when the one is finished: whoever finishes waits, and sees it.
      await happen()
      await reader.query('begin')
      expect(await read()).toBe(1)
      const settled = worker.query('select app_private.settle_event($1)', [second])
      await reader.query('commit')
      await settled
      const [third] = await jobs()
      expect(Number(third)).toBeGreaterThan(Number(second))
    } finally {
      await writer.query(
        'delete from app_private.outbox_deliveries; delete from graphile_worker._private_jobs',
      )
      for (const client of [reader, worker, writer]) await client.end()
    }
  })
})

describe('an event', () => {
  test('is settled once', async ({ story }) => {
    await emit(story, 'a')
    await handOn(story)
    const [{ id }] = (await story.rows('select d.id from app_private.outbox_deliveries as d')) as [
      { id: string },
    ]
    const settle = () => story.one('select app_private.settle_event($1) as first', [id])
    expect([await settle(), await settle()]).toEqual([{ first: true }, { first: false }])
  })

  test('that is parked holds back those of its key, and no other', async ({ story }) => {
    await parked(story, 'a')
    for (const key of ['a', 'b', 'a']) await emit(story, key)
    await handOn(story)
    expect(await atWork(story)).toEqual(['b'])
  })

  test('that is parked is not worked off by a job that comes late', async ({ story }) => {
    const id = await parked(story, 'a')
    expect(await story.one('select app_private.settle_event($1) as first', [id])).toEqual({
      first: false,
    })
  })

  for (const [verb, first] of [
    ['replay', 'the event itself'],
    ['skip', 'the next one'],
  ] as const) {
    test(`of the own brand: an admin can ${verb} it, and ${first} is next`, async ({ story }) => {
      const acme = await story.organization('acme')
      const id = await parked(story, 'a', acme)
      await emit(story, 'a', '{"n": "2"}', acme)
      await handOn(story)
      await story.as({ role: 'admin', organization: acme })
      expect(
        await story.rows(
          'select e.id, e.key, e.attempts, e.error_code from app_public.parked_events as e',
        ),
      ).toEqual([{ id, key: 'a', attempts: 8, error_code: '22012' }])
      await story.rows(`select app_public.${verb}_event($1)`, [id])
      expect(await story.rows('select from app_public.parked_events')).toEqual([])
      await story.rejects('FL002', `select app_public.${verb}_event($1)`, [id])

      await story.as(null)
      const [next] = await story.rows<{ key: string }>(
        'select j.key from graphile_worker.jobs as j',
      )
      expect(next?.key === `event:${id}`).toBe(verb === 'replay')
      await workOff(story, 'a')
      expect(await atWork(story)).toEqual(verb === 'replay' ? ['a'] : [])
    })
  }

  test('of another brand is not there for an admin', async ({ story }) => {
    const [acme, globex] = [await story.organization('acme'), await story.organization('globex')]
    const theirs = await parked(story, 'a', globex)
    const nobodys = await parked(story, 'b')
    await story.as({ role: 'admin', organization: acme })
    expect(await story.rows('select from app_public.parked_events')).toEqual([])
    for (const id of [theirs, nobodys]) {
      await story.rejects('FL002', 'select app_public.replay_event($1)', [id])
      await story.rejects('FL002', 'select app_public.skip_event($1)', [id])
    }
  })

  test("of any brand is there for the platform's admins", async ({ story }) => {
    const house = await story.organization('house', 'platform')
    const ids = [
      await parked(story, 'a', await story.organization('acme')),
      await parked(story, 'b'),
    ]
    await story.as({ role: 'admin', organization: house })
    const rows = await story.rows<{ id: string }>('select e.id from app_public.parked_events as e')
    expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    for (const id of ids) await story.rows('select app_public.replay_event($1)', [id])
    expect(await story.rows('select from app_public.parked_events')).toEqual([])
  })

  test('that never was cannot be replayed', async ({ story }) => {
    await story.as({ role: 'admin', organization: await story.organization('acme') })
    await story.rejects('FL002', 'select app_public.replay_event(42)')
  })
})

describe('a business role', () => {
  const roles = [
    'visitor',
    'admin',
    'analyst',
    'marketing_manager',
    'campaign_manager',
    'product_manager',
    'influencer_manager',
    'finance_manager',
    'support_agent',
    'report_reader',
    'influencer',
    'agency_manager',
    'auditor',
  ]
  const doors = [
    `select app_private.emit(1, 'test.happened', 'a', '{}')`,
    `select app_private.enqueue('[]')`,
    'select app_private.hand_on_events(null, 1)',
    'select app_private.settle_event(1)',
    `select app_private.park_event(1, 'x', 1)`,
    'select app_private.release_event(1, true)',
    'select app_private.list_jobs()',
    'select app_private.visible_jobs()',
    'select app_private.feed_channel()',
    'select from app_private.feeds',
    'select from app_private.feed_entries',
    'select from app_private.feed_topics',
    `select app_private.trim_feeds(interval '1 day')`,
    `select app_private.ended_sessions('{}')`,
    'select from app_private.outbox',
    'select from app_private.outbox_deliveries',
    'select from app_private.worker_heartbeats',
    `select graphile_worker.add_job('test__record')`,
    'select from graphile_worker.jobs',
  ]
  for (const role of roles) {
    test(`${role} has no way to the outbox or the queue`, async ({ story }) => {
      const acme = await story.organization('acme')
      await story.as(role === 'visitor' ? { role } : { role, organization: acme })
      for (const door of doors) await story.rejects('42501', door)
    })

    if (role === 'admin') continue
    test(`${role} sees neither jobs nor parked events`, async ({ story }) => {
      await story.as({ role })
      await story.rejects('42501', 'select from reporting.jobs')
      await story.rejects('42501', 'select from app_public.parked_events')
      await story.rejects('42501', 'select app_public.replay_event(1)')
      await story.rejects('42501', 'select app_public.skip_event(1)')
    })
  }
})
