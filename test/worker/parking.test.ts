import { describe, expect } from 'vitest'
import { until } from '../../src/server/postgres/processes.ts'
import { inject } from 'vitest'
import { cli, expectRefusal, run } from '../harness/processes.ts'
import { test as base } from '../harness/test.ts'
import { Stage } from './stage.ts'

const test = base.extend<{ stage: Stage }>({
  stage: [
    async ({ database }, use) => {
      const stage = new Stage(database.access, inject('secret'))
      await stage.build()
      await use(stage)
    },
    { scope: 'file' },
  ],
})

interface Parked {
  readonly event: string
  readonly error: string
  readonly attempts: number
  readonly waiting: number
}

async function outbox(stage: Stage, ...args: string[]) {
  return run({ command: [...cli, 'outbox', ...args], env: stage.environment })
}

async function parked(stage: Stage, key: string): Promise<Parked | undefined> {
  const [row] = await stage.query<Parked>(
    `select d.id as event, d.error_code as error, d.attempts,
       (select count(*)::int from app_private.outbox_deliveries as w
        where w.key = d.key and w.id > d.id) as waiting
     from app_private.outbox_deliveries as d where d.key = $1 and d.parked_at is not null`,
    [key],
  )
  return row
}

/** Waits until the first event of a key is parked, while time passes quickly. */
const becomesParked = (stage: Stage, key: string) =>
  stage.becomes(`${key} is parked`, async () => {
    await stage.query(
      `update graphile_worker._private_jobs as j set run_at = now()
       where j.run_at > now() and j.locked_at is null`,
    )
    await stage.query(`select pg_notify('jobs:insert', '{"count": 1}')`)
    return parked(stage, key)
  })

const runs = (stage: Stage, event: string) =>
  stage.query('select from test.runs as r where r.event_id = $1', [event])

describe('an event whose task always fails', () => {
  test('is parked; others go on, its key waits, and a replay goes on in order', async ({
    stage,
  }) => {
    await stage.trouble('poisoned', { fails: true })
    await stage.workers(2)
    for (const key of ['poisoned', 'poisoned', 'sound', 'poisoned', 'sound']) {
      await stage.happen(key)
    }
    const { event, ...found } = await becomesParked(stage, 'poisoned')
    expect(found).toEqual({ error: 'FL999', attempts: 8, waiting: 2 })
    expect(await runs(stage, event)).toHaveLength(8)
    expect(await stage.effectsOf('sound')).toEqual([1, 2])
    expect(await stage.effectsOf('poisoned')).toEqual([])

    const list = JSON.parse((await outbox(stage, 'list', '--json')).stdout) as object[]
    expect(list).toMatchObject([
      { id: event, topic: 'test.happened', key: 'poisoned', error_code: 'FL999', waiting: 2 },
    ])

    await stage.trouble('poisoned', { fails: false })
    await stage.happen('poisoned')
    expect(await outbox(stage, 'replay', event)).toMatchObject({ code: 0 })
    await stage.settles()
    expect(await stage.effectsOf('poisoned')).toEqual([1, 2, 3, 4])
  })

  test('can be skipped', async ({ stage }) => {
    await stage.trouble('hopeless', { fails: true })
    await stage.workers(1)
    await stage.happen('hopeless')
    const { event } = await becomesParked(stage, 'hopeless')
    await stage.trouble('hopeless', { fails: false })
    await stage.happen('hopeless')
    expect((await outbox(stage, 'list')).stdout).toMatch(/test\.happened +hopeless .* FL999 /)
    expect(await outbox(stage, 'skip', event)).toMatchObject({ code: 0 })
    await stage.settles()
    expect(await stage.effectsOf('hopeless')).toEqual([2])
    expect((await outbox(stage, 'list')).stdout).toBe('No event is parked.\n')
    expectRefusal(await outbox(stage, 'skip', event), /There is no parked event \d+\. See/)
    expectRefusal(await outbox(stage, 'replay', 'x'), /There is no parked event x\. See/)
  })
})

test('an event is worked off, whatever its key is called', async ({ stage }) => {
  await stage.workers(1)
  for (const key of ['two words', 'größe: "L" 👕', 'k'.repeat(300)]) {
    await stage.happen(key)
    await stage.settles()
    expect(await stage.effectsOf(key)).toEqual([1])
  }
})

describe('a payload that is not what the task takes', () => {
  test('parks its event at once', async ({ stage }) => {
    await stage.workers(1)
    await stage.query(
      `select app_private.emit(null, 'test.happened', 'odd', '{"n": "not a number"}')`,
    )
    const { event, ...found } = await becomesParked(stage, 'odd')
    expect(found).toEqual({ error: 'bad_payload', attempts: 1, waiting: 0 })
    expect(await runs(stage, event)).toEqual([])
    await outbox(stage, 'skip', event)
  })

  test('ends its job for good at once', async ({ stage }) => {
    await stage.query(
      `select app_private.enqueue('[{"task": "core__sweep_jobs", "payload": {"odd": 1}, "key": "k"}]')`,
    )
    const [worker] = await stage.workers(1)
    const job = await stage.becomes('the job has failed', async () => {
      const [row] = await stage.query<{ state: string; error_code: string }>(
        `select j.state, j.error_code from app_private.list_jobs() as j where j.key = 'k'`,
      )
      return row?.state === 'failed' && row
    })
    expect(job).toEqual({ state: 'failed', error_code: 'bad_payload' })
    const told = await until(5000, () => worker?.stdout.includes('A job failed.'))
    expect(told).toBe(true)
    expect(worker?.stdout.match(/A job failed\./g)).toHaveLength(1)
  })
})
