import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { accessThrough } from '../../src/server/postgres/access.ts'
import { type Cluster, startCluster } from '../../src/server/postgres/cluster.ts'
import { prepareDatabase } from '../../src/server/postgres/open.ts'
import { isAlive, pause, until } from '../../src/server/postgres/processes.ts'
import {
  makeFolder,
  type Program,
  query,
  removeFolder,
  kill as signal,
} from '../harness/processes.ts'
import { Stage, traffic } from './stage.ts'

// A cluster with the settings of production: what is committed must be there after a crash.
let dir: string
let cluster: Cluster
let stage: Stage
let stages = 0

const stageIn = (database: string) =>
  new Stage(accessThrough(cluster.url(database), cluster.password), cluster.password)
const asSuperuser = (sql: string) => query(cluster.url('postgres'), sql)

beforeAll(async () => {
  dir = makeFolder()
  cluster = await startCluster({ dir: path.join(dir, 'data'), supervise: true })
  await asSuperuser('create database model')
  const model = stageIn('model')
  await prepareDatabase(model.access)
  await model.build()
})

beforeEach(async () => {
  stages += 1
  await asSuperuser(`create database stage_${stages} template model`)
  stage = stageIn(`stage_${stages}`)
})

afterAll(async () => {
  await cluster.stop()
  await removeFolder(dir)
})

const kill = async (program: Program) => {
  program.signal('SIGKILL')
  await program.end()
}

describe('an event has its effect once, in the order of its key', () => {
  test('when workers and the reader of the outbox are killed', async () => {
    const workers = await stage.workers(3)
    const events = traffic(stage, 20)
    for (let round = 0; round < 6; round += 1) {
      await pause(300 + Math.random() * 700)
      const leader = await stage.leader()
      const leads = workers.findIndex(({ pid }) => pid === leader)
      const victim = round % 2 === 0 && leads >= 0 ? leads : Math.floor(Math.random() * 3)
      await kill(workers[victim] as Program)
      workers[victim] = stage.worker()
    }
    const happened = await events.end()
    expect(happened).toBeGreaterThan(100)
    await stage.settles()
    expect(await stage.wrong()).toEqual([])
    expect(await stage.query('select count(*)::int as effects from test.effects')).toEqual([
      { effects: happened },
    ])
  })

  test('when PostgreSQL is killed', async () => {
    const workers = await stage.workers(2)
    const events = traffic(stage, 20)
    for (let round = 0; round < 2; round += 1) {
      await pause(1500 + Math.random() * 1000)
      const { pid = 0 } = cluster.folder.running() ?? {}
      signal(pid, 'SIGKILL')
      await stage.becomes('PostgreSQL is back', async () => {
        const running = cluster.folder.running()
        return running !== undefined && running.pid !== pid && running.status === 'ready'
      })
    }
    await pause(1000)
    await events.end()
    await stage.settles()
    expect(await stage.wrong()).toEqual([])
    expect(workers.map(({ ended }) => ended)).toEqual([undefined, undefined])
    await stage.happen('after')
    await stage.settles()
    expect(await stage.effectsOf('after')).toEqual([1])
  })
})

describe('a worker', () => {
  test('takes over the lead when the one who has it dies', async () => {
    const workers = await stage.workers(2)
    const leader = await stage.becomes('somebody leads', () => stage.leader())
    const other = workers.find(({ pid }) => pid !== leader)
    signal(leader, 'SIGKILL')
    await stage.becomes('the other leads', async () => (await stage.leader()) === other?.pid)
    await stage.happen('a')
    await stage.settles()
    expect(await stage.effectsOf('a')).toEqual([1])
  })

  test('that is killed leaves its jobs to the others, who go on in order', async () => {
    await stage.trouble('slow', { seconds: 600 })
    const [first] = await stage.workers(1)
    await stage.happen('slow')
    await stage.happen('slow')
    await stage.begins()
    await kill(first as Program)
    await stage.query(
      `select pg_terminate_backend(a.pid) from pg_stat_activity as a
       where a.query like '%pg_sleep%' and a.pid <> pg_backend_pid()`,
    )
    await stage.trouble('slow', {})
    await stage.workers(1)
    await stage.settles()
    expect(await stage.effectsOf('slow')).toEqual([1, 2])
  })

  test('that is told to end finishes what it does', async () => {
    await stage.trouble('slow', { seconds: 1 })
    const [worker] = await stage.workers(1)
    await stage.happen('slow')
    await stage.begins()
    worker?.signal('SIGTERM')
    expect(await worker?.end()).toBe(0)
    expect(await stage.effectsOf('slow')).toEqual([1])
    expect(await stage.query('table app_private.worker_heartbeats')).toEqual([])
    expect(
      await stage.query('select from graphile_worker.jobs where locked_at is not null'),
    ).toEqual([])
  })

  test('that is told to end releases what takes too long, and another does it', async () => {
    await stage.trouble('slow', { seconds: 600 })
    const [worker] = await stage.workers(1)
    await stage.happen('slow')
    await stage.begins()
    await stage.trouble('slow', {})
    worker?.signal('SIGTERM')
    expect(await worker?.end()).toBe(0)
    await stage.workers(1)
    await stage.settles()
    expect(await stage.effectsOf('slow')).toEqual([1])
  })

  test('goes on by itself after PostgreSQL was away for a while', async () => {
    await stage.workers(1)
    await stage.happen('a')
    await stage.settles()
    const { pid = 0 } = cluster.folder.running() ?? {}
    signal(pid, 'SIGINT')
    await until(10_000, () => !isAlive(pid))
    await stage.becomes('PostgreSQL is back', async () => {
      const running = cluster.folder.running()
      return running !== undefined && running.pid !== pid && running.status === 'ready'
    })
    await stage.happen('a')
    await stage.settles()
    expect(await stage.effectsOf('a')).toEqual([1, 2])
  })
})

test('nobody ends a worker by telling it of a migration that was not', async () => {
  const [worker] = await stage.workers(1)
  for (let i = 0; i < 10; i += 1) {
    await stage.query(`notify "worker:migrate", '{"migrationNumber": 9999, "breaking": true}'`)
    await pause(100)
  }
  await stage.happen('a')
  await stage.becomes(
    'the effect of an event',
    async () => (await stage.effectsOf('a')).length === 1,
  )
  expect(worker?.ended).toBeUndefined()
  expect(worker?.stdout).not.toContain('starts anew')
})
