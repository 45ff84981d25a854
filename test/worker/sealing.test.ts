import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { verifyAuditLog } from '../../src/server/audit/open.ts'
import { startSealer } from '../../src/server/audit/sealer.ts'
import { readSeals, sealsFile } from '../../src/server/audit/seals-file.ts'
import type { Fault, Verified } from '../../src/server/audit/verify.ts'
import { noLog } from '../../src/server/log.ts'
import { type Access, accessThrough } from '../../src/server/postgres/access.ts'
import { type Cluster, startCluster } from '../../src/server/postgres/cluster.ts'
import { prepareDatabase } from '../../src/server/postgres/open.ts'
import { pause, until } from '../../src/server/postgres/processes.ts'
import {
  kill as signal,
  makeFolder,
  node,
  type Program,
  query,
  removeFolder,
  start,
} from '../harness/processes.ts'

// With the settings of production: what is committed must be there after a crash.
let dir: string
let cluster: Cluster
let access: Access
let stages = 0

const asSuperuser = (sql: string) => query(cluster.url('postgres'), sql)

beforeAll(async () => {
  dir = makeFolder()
  cluster = await startCluster({ dir: path.join(dir, 'data'), supervise: true })
  await asSuperuser('create database model')
  const model = accessThrough(cluster.url('model'), cluster.password)
  await prepareDatabase(model)
})

beforeEach(async () => {
  stages += 1
  await asSuperuser(`create database stage_${stages} template model`)
  access = accessThrough(cluster.url(`stage_${stages}`), cluster.password)
})

afterAll(async () => {
  await cluster.stop()
  await removeFolder(dir)
})

/** A machine of its own, with a file of its own for seals. */
function machine(): string {
  const folder = path.join(dir, `machine_${stages}_${Math.random().toString(36).slice(2)}`)
  fs.mkdirSync(folder)
  return folder
}

async function sealer(folder: string): Promise<Program> {
  const program = start({
    command: [node, 'test/worker/sealer.ts', access.as('fluence_worker'), sealsFile(folder)],
  })
  onTestFinished(() => program.signal('SIGKILL'))
  await program.says('The sealer is ready.')
  return program
}

async function verify(folder: string): Promise<Verified & { found: Fault[] }> {
  const found: Fault[] = []
  const result = await verifyAuditLog(access, folder, (fault) => found.push(fault))
  return { ...result, found }
}

/** Waits until every row is sealed and every seal stands outside. */
async function settled(folder: string): Promise<Verified & { found: Fault[] }> {
  let last: Awaited<ReturnType<typeof verify>> | undefined
  await until(30_000, async () => {
    last = await verify(folder)
    return last.unsealed === 0 && last.compared === last.blocks
  })
  return last ?? (await verify(folder))
}

async function blocksIn(folder: string): Promise<number[]> {
  const blocks: number[] = []
  for await (const { block } of readSeals(sealsFile(folder))) blocks.push(Number(block))
  return blocks
}

const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1)

/** People who write at once, in transactions that stay open for a while; some take all back. */
class Writers {
  readonly committed = new Set<string>()
  #stopping = false
  readonly #all: Promise<void>[]

  constructor(count: number) {
    this.#all = Array.from({ length: count }, (_, n) => this.#write(n))
  }

  async end(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#all)
  }

  async #write(writer: number): Promise<void> {
    for (let n = 0; !this.#stopping; n += 1) {
      const name = `${writer} ${n}`
      await this.#once(name, writer).catch(() => pause(50))
    }
  }

  async #once(name: string, writer: number): Promise<void> {
    const client = new pg.Client({ connectionString: access.root })
    client.on('error', () => {})
    await client.connect()
    try {
      await client.query('begin')
      await client.query(`select app_private.note_in_audit('read', null, $1, null, null)`, [name])
      // The last one keeps its transaction open for long, the others come and go.
      await pause(Math.random() * (writer === 0 ? 900 : 40))
      if (Math.random() < 0.2) return void (await client.query('rollback'))
      await client.query('commit')
      this.committed.add(name)
    } finally {
      await client.end().catch(() => {})
    }
  }
}

const noted = async () =>
  (await query<{ object: string }>(access.root, 'select l.object from app_public.audit_log as l'))
    .map(({ object }) => object)
    .toSorted()

describe('every row is sealed once, and every seal written outside once', () => {
  test('with writers at once and long transactions', async () => {
    const folder = machine()
    await sealer(folder)
    const writers = new Writers(5)
    await pause(3000)
    await writers.end()
    const result = await settled(folder)
    expect(result).toMatchObject({ found: [], rows: writers.committed.size, unsealed: 0 })
    expect(await blocksIn(folder)).toEqual(upTo(result.blocks))
    expect(await noted()).toEqual([...writers.committed].toSorted())
  })

  test('while sealers are killed, two of them on two machines', async () => {
    const [here, there] = [machine(), machine()]
    const sealers = [await sealer(here), await sealer(there)]
    const writers = new Writers(4)
    for (let round = 0; round < 6; round += 1) {
      await pause(400 + Math.random() * 400)
      const victim = round % 2
      sealers[victim]?.signal('SIGKILL')
      await sealers[victim]?.end()
      sealers[victim] = await sealer(victim === 0 ? here : there)
    }
    await writers.end()
    // Each leads once more, and writes what it missed.
    for (const [n, folder] of [here, there].entries()) {
      sealers[1 - n]?.signal('SIGKILL')
      await sealers[1 - n]?.end()
      const result = await settled(folder)
      expect(result).toMatchObject({ found: [], rows: writers.committed.size, unsealed: 0 })
      expect(await blocksIn(folder)).toEqual(upTo(result.blocks))
      sealers[1 - n] = await sealer(n === 0 ? there : here)
    }
  })

  test('while PostgreSQL is killed', async () => {
    const folder = machine()
    const program = await sealer(folder)
    const writers = new Writers(4)
    for (let round = 0; round < 2; round += 1) {
      await pause(1200)
      const { pid = 0 } = cluster.folder.running() ?? {}
      signal(pid, 'SIGKILL')
      await until(30_000, () => {
        const running = cluster.folder.running()
        return running !== undefined && running.pid !== pid && running.status === 'ready'
      })
    }
    await pause(500)
    await writers.end()
    const result = await settled(folder)
    expect(result).toMatchObject({ found: [], unsealed: 0 })
    expect(await blocksIn(folder)).toEqual(upTo(result.blocks))
    const all = new Set(await noted())
    expect([...writers.committed].filter((name) => !all.has(name))).toEqual([])
    expect(program.ended).toBeUndefined()
  })
})

test('what a crash kept from the file is written later, and half a line is mended', async () => {
  const folder = machine()
  const note = () =>
    query(access.root, `select app_private.note_in_audit('read', null, 'x', null, null)`)
  const seal = () => query(access.root, 'select app_private.seal_audit_log(10)')
  const first = await sealer(folder)
  await note()
  expect(await settled(folder)).toMatchObject({ blocks: 1, compared: 1 })
  first.signal('SIGKILL')
  await first.end()
  for (let n = 0; n < 3; n += 1) {
    await note()
    await seal()
  }
  fs.appendFileSync(sealsFile(folder), '{"block":"2","ha')
  await sealer(folder)
  expect(await settled(folder)).toMatchObject({ found: [], blocks: 4, compared: 4 })
  expect(await blocksIn(folder)).toEqual([1, 2, 3, 4])
  expect(fs.statSync(sealsFile(folder)).mode & 0o777).toBe(0o600)
})

test('where file and database are not of one log, the sealer says so', async () => {
  const folder = machine()
  const told: string[] = []
  const tell = (line: string) => void told.push(line)
  const log = { ...noLog, warn: tell, error: tell }
  const round = async (what: string) => {
    const leader = startSealer({
      url: access.as('fluence_worker'),
      file: sealsFile(folder),
      log,
      everyMs: 50,
    })
    await query(access.root, `select app_private.note_in_audit('read', null, 'x', null, null)`)
    const isDone = await until(30_000, () =>
      what === '' ? verify(folder).then(({ unsealed }) => unsealed === 0) : told.length > 0,
    )
    await leader.stop()
    expect(isDone).toBe(true)
    expect(told.splice(0)).toEqual(what === '' ? [] : [expect.stringMatching(what)])
  }
  await round('')
  await round('')
  fs.rmSync(sealsFile(folder))
  await round('There were no seals outside')
  await round('')
  const forged = { block: '9', hash: 'a'.repeat(64) }
  fs.appendFileSync(sealsFile(folder), `${JSON.stringify(forged)}\n`)
  await round('not those of the database')
})

test('what waits for long goes into several blocks', async () => {
  const folder = machine()
  await query(
    access.root,
    `select app_private.note_in_audit('read', null, 'x', null, null) from generate_series(1, 2500)`,
  )
  await sealer(folder)
  expect(await settled(folder)).toMatchObject({ found: [], rows: 2500, blocks: 3, compared: 3 })
})
