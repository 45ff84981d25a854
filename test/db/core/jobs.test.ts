import { describe, expect } from 'vitest'
import { type Story, test } from '../../harness/test.ts'

const enqueue = (story: Story, ...jobs: object[]) =>
  story.rows('select app_private.enqueue($1)', [JSON.stringify(jobs)])

const states = async (story: Story) => {
  const rows = await story.rows<{ task: string; state: string }>(
    'select j.task, j.state from app_private.list_jobs() as j order by j.task',
  )
  return Object.fromEntries(rows.map(({ task, state }) => [task, state]))
}

/** As a worker takes a job. */
const lock = (story: Story, task: string, worker: string, age = '0 seconds') =>
  story.one(
    `update graphile_worker._private_jobs as j
     set locked_by = $2, locked_at = now() - $3::interval, attempts = j.attempts + 1
     where j.task_id = (select t.id from graphile_worker._private_tasks as t where t.identifier = $1)
     returning j.id`,
    [task, worker, age],
  )

const exhaust = (story: Story, task: string) =>
  story.rows(
    `update graphile_worker._private_jobs as j set attempts = j.max_attempts, last_error = '22012'
     where j.task_id = (select t.id from graphile_worker._private_tasks as t where t.identifier = $1)`,
    [task],
  )

const beat = async (story: Story, worker: string, seconds = 40) => {
  const { dead } = await story.one<{ dead: number }>('select app_private.beat($1, $2) as dead', [
    worker,
    seconds,
  ])
  return dead
}

/** The heartbeats of all are that old, as if time had passed. */
const ages = (story: Story, worker: string, interval: string) =>
  story.rows(
    `update app_private.worker_heartbeats as h set alive_until = h.alive_until - $2::interval
     where h.worker_id = $1`,
    [worker, interval],
  )

describe('a job', () => {
  test('has a state', async ({ story }) => {
    await enqueue(
      story,
      { task: 'waits', payload: {} },
      { task: 'later', payload: {}, run_at: '2100-01-01' },
      { task: 'again', payload: {} },
      { task: 'runs', payload: {} },
      { task: 'failed', payload: {}, max_attempts: 3 },
    )
    await story.rows(
      `update graphile_worker._private_jobs as j set attempts = 1, run_at = now() + interval '1 hour'
       where j.task_id
         = (select t.id from graphile_worker._private_tasks as t where t.identifier = 'again')`,
    )
    await lock(story, 'runs', 'one')
    await exhaust(story, 'failed')
    expect(await states(story)).toEqual({
      waits: 'waiting',
      later: 'scheduled',
      again: 'retrying',
      runs: 'running',
      failed: 'failed',
    })
  })

  test('replaces one with the same key that does not run yet', async ({ story }) => {
    await enqueue(story, { task: 'first', payload: {}, key: 'k' })
    await enqueue(story, { task: 'second', payload: {}, key: 'k' })
    expect(await states(story)).toEqual({ second: 'waiting' })
  })

  test('is seen by admins of its brand and of the platform, without its payload', async ({
    story,
  }) => {
    const acme = await story.organization('acme')
    const globex = await story.organization('globex')
    const house = await story.organization('house', 'platform')
    await enqueue(
      story,
      { task: 'ours', payload: { organization_id: acme, secret: 'x' }, max_attempts: 3 },
      { task: 'theirs', payload: { organization_id: globex } },
      { task: 'odd', payload: { organization_id: 'no number' } },
      { task: 'nobodys', payload: {} },
    )
    await exhaust(story, 'ours')
    await story.as({ role: 'admin', organization: acme })
    const { id, run_at, created_at, ...job } = await story.one<Record<string, unknown>>(
      'select * from reporting.jobs',
    )
    expect(job).toEqual({
      organization_id: acme,
      task: 'ours',
      key: null,
      state: 'failed',
      attempts: 3,
      max_attempts: 3,
      error_code: '22012',
    })
    expect([id, run_at, created_at]).not.toContain(null)
    await story.as({ role: 'admin', organization: house })
    expect(await story.rows('select from reporting.jobs')).toHaveLength(4)
    await story.as({ role: 'admin', organization: globex })
    expect(await story.rows('select j.task from reporting.jobs as j')).toEqual([{ task: 'theirs' }])
  })

  test('that failed for good is forgotten after a while, others are not', async ({ story }) => {
    await enqueue(
      story,
      { task: 'old', payload: {}, run_at: '2020-01-01' },
      { task: 'new', payload: {} },
      { task: 'alive', payload: {}, run_at: '2020-01-01' },
    )
    await exhaust(story, 'old')
    await exhaust(story, 'new')
    const forget = `select app_private.forget_failed_jobs(interval '30 days')::int as forgotten`
    expect(await story.one(forget)).toEqual({ forgotten: 1 })
    expect(await states(story)).toEqual({ new: 'failed', alive: 'waiting' })
  })

  test('that cannot be done is tried no more', async ({ story }) => {
    await enqueue(story, { task: 'runs', payload: {} })
    const { id } = (await lock(story, 'runs', 'one')) as { id: string }
    await story.rows('select app_private.give_up_job($1)', [id])
    await story.rows('select app_private.unlock_workers($1)', [['one']])
    expect(await states(story)).toEqual({ runs: 'failed' })
  })
})

describe('a worker that', () => {
  test('is not heard of in time loses its jobs to the others', async ({ story }) => {
    await enqueue(story, { task: 'runs', payload: {} }, { task: 'goes_on', payload: {} })
    await beat(story, 'dead')
    await beat(story, 'alive')
    await lock(story, 'runs', 'dead')
    await lock(story, 'goes_on', 'alive')
    expect(await beat(story, 'alive')).toBe(0)
    await ages(story, 'dead', '41 seconds')
    expect(await beat(story, 'alive')).toBe(1)
    expect(await states(story)).toEqual({ runs: 'retrying', goes_on: 'running' })
    expect(await beat(story, 'alive')).toBe(0)
  })

  test('was kept away itself takes nothing from the others at once', async ({ story }) => {
    await enqueue(story, { task: 'runs', payload: {} })
    for (const worker of ['one', 'two']) {
      await beat(story, worker)
      await ages(story, worker, '41 seconds')
    }
    await lock(story, 'runs', 'two')
    expect(await beat(story, 'one')).toBe(0)
    expect(await states(story)).toEqual({ runs: 'running' })
    expect(await beat(story, 'one')).toBe(1)
    expect(await states(story)).toEqual({ runs: 'retrying' })
  })

  test('ends gives its jobs back, those it had not begun as they were', async ({ story }) => {
    await enqueue(story, { task: 'begun', payload: {} }, { task: 'unbegun', payload: {} })
    await beat(story, 'one')
    await lock(story, 'begun', 'one')
    const { id } = (await lock(story, 'unbegun', 'one')) as { id: string }
    await story.rows('select app_private.retire_worker($1, $2)', ['one', [id]])
    expect(await states(story)).toEqual({ begun: 'retrying', unbegun: 'waiting' })
    expect(await story.rows('table app_private.worker_heartbeats')).toEqual([])
  })

  test('died before it was heard of is found by the sweep', async ({ story }) => {
    await enqueue(
      story,
      { task: 'lost', payload: {} },
      { task: 'new', payload: {} },
      { task: 'runs', payload: {} },
    )
    await beat(story, 'alive')
    await lock(story, 'lost', 'unheard', '31 seconds')
    await lock(story, 'new', 'newcomer', '1 second')
    await lock(story, 'runs', 'alive', '1 hour')
    await story.rows('select app_private.sweep_jobs()')
    expect(await states(story)).toEqual({ lost: 'retrying', new: 'running', runs: 'running' })
  })

  test('died with the last attempt of an event: the sweep parks it', async ({ story }) => {
    await story.rows(`select app_private.emit(null, 'test.happened', 'a', '{}')`)
    await story.rows(`select app_private.hand_on_events('{"test.happened": "kills"}', 500)`)
    await exhaust(story, 'kills')
    await story.rows('select app_private.sweep_jobs()')
    expect(await states(story)).toEqual({})
    expect(
      await story.rows(
        'select d.key, d.attempts, d.error_code from app_private.outbox_deliveries as d',
      ),
    ).toEqual([{ key: 'a', attempts: 8, error_code: 'worker_died' }])
  })
})

describe("the worker's login", () => {
  test('calls what it needs and reads no table of the outbox', async ({ story }) => {
    await story.rows('set local session authorization fluence_worker')
    await story.rows(`select app_private.beat('one', 40)`)
    await story.rows(`select app_private.hand_on_events('{}', 1)`)
    await story.rows('select app_private.sweep_jobs()')
    const tables = ['outbox', 'outbox_deliveries', 'feeds', 'feed_entries', 'worker_heartbeats']
    for (const table of [...tables, 'channel_key']) {
      await story.rejects('42501', `select from app_private.${table}`)
    }
    await story.rejects('42501', 'select from app_public.products')
    await story.rejects('42501', 'select app_private.settle_event(1)')
    await story.rejects('42501', 'select app_private.release_event(1, true)')
  })
})
