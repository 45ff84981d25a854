import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pause } from '../../src/server/postgres/processes.ts'
import {
  answers,
  cast,
  freePort,
  get,
  graphql,
  leftAfter,
  npmStart,
  type Program,
  preparedFolder,
  server,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

const limitMs = 10_000

let prepared: Awaited<ReturnType<typeof preparedFolder>>
beforeAll(async () => {
  prepared = await preparedFolder()
})
afterAll(() => prepared.remove())

/** Everything is gone within ten seconds of what was done, and the port is free. */
async function expectAllGone(program: Program, data: string, port: string, act: () => void) {
  const began = performance.now()
  act()
  expect(await leftAfter(limitMs, data)).toEqual([])
  const code = await program.end(1000)
  expect(performance.now() - began).toBeLessThan(limitMs)
  expect(await get(`http://127.0.0.1:${port}/healthz`)).toBeUndefined()
  return code
}

describe('everything ends', () => {
  const ways = [
    ['SIGINT to the server', server, (p: Program) => p.signal('SIGINT'), 0],
    ['SIGTERM to the server', server, (p: Program) => p.signal('SIGTERM'), 0],
    ['a closed terminal', server, (p: Program) => p.signalGroup('SIGHUP'), 0],
    ['Ctrl-C at the server', server, (p: Program) => p.signalGroup('SIGINT'), 0],
    ['SIGINT to npm', npmStart, (p: Program) => p.signal('SIGINT'), 0],
    ['SIGTERM to npm', npmStart, (p: Program) => p.signal('SIGTERM'), 0],
    ['Ctrl-C at npm', npmStart, (p: Program) => p.signalGroup('SIGINT'), 0],
    ['SIGTERM to the whole group', npmStart, (p: Program) => p.signalGroup('SIGTERM'), 0],
  ] as const
  for (const [name, command, act, expected] of ways) {
    test(`by ${name}`, async () => {
      const data = prepared.copy()
      const port = await freePort()
      const program = start({ command, env: { FLUENCE_DATA_DIR: data, PORT: port } })
      await program.ready()
      const { postmaster, keeper } = cast(data)
      expect([postmaster, keeper]).not.toContain(undefined)
      expect(await expectAllGone(program, data, port, () => act(program))).toBe(expected)
      expect(program.stderr).toMatch(/: stopping\.\n$/)
    })
  }
})

test('a request that hangs does not hold it up', async () => {
  const data = prepared.copy()
  const port = await freePort()
  const program = start({ env: { FLUENCE_DATA_DIR: data, PORT: port } })
  const url = await program.ready()
  const blocker = new pg.Client({ connectionString: superuserUrl(data) })
  blocker.on('error', () => {})
  await blocker.connect()
  await blocker.query('begin')
  await blocker.query('lock table app_public.currencies in access exclusive mode')
  const hanging = graphql(url, '{ currencies { nodes { code } } }').catch((error: Error) => error)
  await waiting(data)
  expect(await expectAllGone(program, data, port, () => program.signal('SIGTERM'))).toBe(0)
  expect(await hanging).toBeInstanceOf(Error)
})

test('a request at work gets its answer', async () => {
  const data = prepared.copy()
  const port = await freePort()
  const program = start({ env: { FLUENCE_DATA_DIR: data, PORT: port } })
  const url = await program.ready()
  const blocker = new pg.Client({ connectionString: superuserUrl(data) })
  blocker.on('error', () => {})
  await blocker.connect()
  await blocker.query('begin')
  await blocker.query('lock table app_public.currencies in access exclusive mode')
  const slow = graphql(url, '{ currencies(first: 1) { nodes { code } } }')
  await waiting(data)
  program.signal('SIGTERM')
  await program.says('stopping.')
  await pause(1000)
  await blocker.query('rollback')
  expect(await slow).toEqual({ data: { currencies: { nodes: [{ code: 'AED' }] } } })
  await blocker.end()
  expect(await program.end(limitMs)).toBe(0)
})

/** Until a request waits for the lock. */
async function waiting(data: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl(data) })
  await client.connect()
  for (;;) {
    const { rowCount } = await client.query('select from pg_locks where not granted')
    if (rowCount !== 0) break
    await pause(20)
  }
  await client.end()
}

describe('SIGTERM in the middle of a first start leaves nothing that is in the way', () => {
  for (const moment of ['', 'Creating', 'Migrating', 'Loading', 'Opening']) {
    test(moment === '' ? 'at its very beginning' : `while it says "${moment}"`, async () => {
      const data = path.join(temporaryFolder(), 'data')
      const env = { FLUENCE_DATA_DIR: data, PORT: await freePort() }
      const interrupted = start({ env })
      await interrupted.says(moment)
      await pause(Math.random() * 150)
      interrupted.signal('SIGTERM')
      // Before it listens to signals, there is nothing yet to end in order.
      expect(moment === '' ? [0, 'SIGTERM'] : [0]).toContain(await interrupted.end(limitMs))
      expect(interrupted.stderr).not.toMatch(/^fluence: |^ +at /m)
      expect(await leftAfter(limitMs, data)).toEqual([])
      const next = start({ env })
      await answers(`${await next.ready()}/readyz`)
    })
  }
})
