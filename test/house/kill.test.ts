import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { serverAccount } from '../../src/server/postgres/binaries.ts'
import { isAlive, pause, until } from '../../src/server/postgres/processes.ts'
import {
  answers,
  cast,
  freePort,
  graphql,
  kill,
  leftAfter,
  npmStart,
  preparedFolder,
  query,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

let prepared: Awaited<ReturnType<typeof preparedFolder>>
beforeAll(async () => {
  prepared = await preparedFolder()
})
afterAll(() => prepared.remove())

const soonMs = 8000

/** A started server, and somebody who writes to its database all the time. */
async function living(options: { command?: readonly string[]; data?: string } = {}) {
  const data = options.data ?? prepared.copy()
  const env = { FLUENCE_DATA_DIR: data, PORT: await freePort() }
  const program = start({ command: options.command, env })
  const url = await program.ready()
  return { data, env, program, url }
}

/** Writes numbers one by one until the connection breaks, and knows which were acknowledged. */
async function writer(data: string) {
  const client = new pg.Client({ connectionString: superuserUrl(data) })
  client.on('error', () => {})
  await client.connect()
  await client.query('create table if not exists public.kept (n int primary key)')
  const { rows } = await client.query('select coalesce(max(n), 0) as last from public.kept')
  let acknowledged: number = rows[0].last
  const broken = (async () => {
    for (;;) {
      await client.query('insert into public.kept values ($1)', [acknowledged + 1])
      acknowledged += 1
    }
  })().catch(() => client.end().catch(() => {}))
  await until(10_000, () => acknowledged > 20)
  return {
    /** Every acknowledged number is there; at most the one that was on its way is there beside. */
    async expectKept() {
      await broken
      const kept = await query<{ count: number; last: number }>(
        superuserUrl(data),
        'select count(*)::int as count, max(n) as last from public.kept',
      )
      expect(kept[0]?.count).toBe(kept[0]?.last)
      expect([acknowledged, acknowledged + 1]).toContain(kept[0]?.last)
    },
  }
}

async function expectNextStart(data: string, env: Record<string, string>): Promise<void> {
  const next = start({ env })
  const url = await next.ready()
  await answers(`${url}/readyz`)
  expect(await graphql(url, '{ currencies(first: 1) { nodes { code } } }')).toEqual({
    data: { currencies: { nodes: [{ code: 'AED' }] } },
  })
  next.signal('SIGTERM')
  expect(await next.end()).toBe(0)
  expect(await leftAfter(soonMs, data)).toEqual([])
}

describe('kill -9 of the server', () => {
  test('leaves nothing running, loses nothing, and the next start works; again and again', async () => {
    const data = prepared.copy()
    let last: Awaited<ReturnType<typeof writer>> | undefined
    for (const ms of [0, 300, 20]) {
      const { program } = await living({ data })
      await last?.expectKept()
      last = await writer(data)
      await pause(ms)
      program.signal('SIGKILL')
      expect(await leftAfter(soonMs, data)).toEqual([])
    }
    const { program } = await living({ data })
    await last?.expectKept()
    program.signal('SIGTERM')
    expect(await program.end()).toBe(0)
  })

  test('lets the next one start at the same moment', async () => {
    const { data, env, program } = await living()
    const writing = await writer(data)
    program.signal('SIGKILL')
    const next = start({ env })
    await answers(`${await next.ready()}/readyz`)
    await writing.expectKept()
    next.signal('SIGTERM')
    expect(await next.end()).toBe(0)
    expect(await leftAfter(soonMs, data)).toEqual([])
  })

  test('together with everything else', async () => {
    const { data, env, program } = await living()
    const writing = await writer(data)
    const { keeper = 0, postmaster = 0 } = cast(data)
    for (const pid of [keeper, program.pid, postmaster]) kill(pid, 'SIGKILL')
    const next = start({ env })
    await answers(`${await next.ready()}/readyz`)
    await writing.expectKept()
  })
})

describe('kill -9 of npm', () => {
  test('ends the server in order', async () => {
    const { data, program } = await living({ command: npmStart })
    const writing = await writer(data)
    program.signal('SIGKILL')
    expect(await leftAfter(10_000, data)).toEqual([])
    await living({ data })
    await writing.expectKept()
  })

  test('and of everything in its group leaves nothing', async () => {
    const { data, env, program } = await living({ command: npmStart })
    program.signalGroup('SIGKILL')
    expect(await leftAfter(soonMs, data)).toEqual([])
    await expectNextStart(data, env)
  })

  test('while it starts for the first time', async () => {
    const data = path.join(temporaryFolder(), 'data')
    const env = { FLUENCE_DATA_DIR: data, PORT: await freePort() }
    const program = start({ command: npmStart, env })
    await program.says('Creating')
    program.signal('SIGKILL')
    expect(await leftAfter(10_000, data)).toEqual([])
    await expectNextStart(data, env)
  })
})

describe('the server goes on', () => {
  test('when PostgreSQL is killed', async () => {
    const { data, url, program } = await living()
    const writing = await writer(data)
    const before = cast(data).postmaster ?? 0
    kill(before, 'SIGKILL')
    await program.says('PostgreSQL is back.')
    await answers(`${url}/readyz`)
    expect(cast(data).postmaster).not.toBe(before)
    await writing.expectKept()
    expect(await graphql(url, '{ currencies(first: 1) { nodes { code } } }')).toMatchObject({
      data: {},
    })
    program.signal('SIGTERM')
    expect(await program.end()).toBe(0)
    expect(await leftAfter(soonMs, data)).toEqual([])
  })

  test('and says that it is not ready, while PostgreSQL does not answer', async () => {
    const { data, url } = await living()
    const { postmaster = 0 } = cast(data)
    const hidden = `${data}/postgres/global/pg_control`
    fs.renameSync(hidden, `${hidden}.hidden`)
    kill(postmaster, 'SIGKILL')
    expect(await answers(`${url}/readyz`, 503)).toEqual({
      status: 'not ready',
      code: 'database_unreachable',
      reason: 'The database does not answer.',
    })
    await answers(`${url}/healthz`)
    fs.renameSync(`${hidden}.hidden`, hidden)
    await answers(`${url}/readyz`)
  })

  test('when one of its sessions is killed', async () => {
    const { data, url } = await living()
    const writing = await writer(data)
    await graphql(url, '{ currencies { nodes { code } } }')
    const { backend = 0, postmaster } = cast(data)
    kill(backend, 'SIGKILL')
    await until(10_000, () => !isAlive(backend))
    await answers(`${url}/readyz`)
    await writing.expectKept()
    expect(cast(data).postmaster).toBe(postmaster)
  })

  test('when its keeper is killed, and gets a new one', async () => {
    const { data, env, program } = await living()
    const before = cast(data).keeper ?? 0
    kill(before, 'SIGKILL')
    await until(10_000, () => ![before, undefined].includes(cast(data).keeper))
    program.signal('SIGKILL')
    expect(await leftAfter(soonMs, data)).toEqual([])
    await expectNextStart(data, env)
  })
})

describe('kill -9 in the middle of a first start', () => {
  for (const moment of ['Creating', 'Migrating', 'Loading', 'Opening']) {
    test(`while it says "${moment}"`, async () => {
      const data = path.join(temporaryFolder(), 'data')
      const env = { FLUENCE_DATA_DIR: data, PORT: await freePort() }
      const killed = start({ env })
      await killed.says(moment)
      await pause(Math.random() * 300)
      killed.signal('SIGKILL')
      expect(await leftAfter(soonMs, data)).toEqual([])
      await expectNextStart(data, env)
    })
  }

  test('again and again at any moment', async () => {
    const data = path.join(temporaryFolder(), 'data')
    const env = { FLUENCE_DATA_DIR: data, PORT: await freePort() }
    for (const ms of [200, 500, 700, 900, 1100, 1300, 1600]) {
      const killed = start({ env })
      await pause(ms + Math.random() * 200)
      killed.signal('SIGKILL')
    }
    await expectNextStart(data, env)
    // What the killed ones were still writing then is cleared by the one after.
    await expectNextStart(data, env)
    const left = fs.readdirSync(data).filter((name) => name.startsWith('postgres'))
    expect(left).toEqual(['postgres'])
  })
})

describe('a start is not misled by', () => {
  /** A living process that has nothing to do with us, of the account that PostgreSQL runs as. */
  function stranger(): ChildProcess & { pid: number } {
    const account = serverAccount()
    const child = spawn('sleep', ['300'], {
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
      stdio: 'ignore',
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child as ChildProcess & { pid: number }
  }

  const port = (data: string) => fs.readFileSync(path.join(data, 'port'), 'utf8').trim()
  const remains = {
    'a postmaster.pid and locks of ours that name a stranger': (data: string, pid: number) => {
      const lines = [pid, `${data}/postgres`, 1, port(data), `${data}/socket`, '127.0.0.1']
      fs.writeFileSync(`${data}/postgres/postmaster.pid`, `${lines.join('\n')}\n`)
      const stale = JSON.stringify({ pid, started: '1' })
      fs.writeFileSync(`${data}/run/server`, stale)
      fs.writeFileSync(`${data}/run/starting`, stale)
      fs.writeFileSync(`${data}/run/holders/${pid}`, stale)
    },
    'the lock of a socket that names a stranger, and half written locks': (
      data: string,
      pid: number,
    ) => {
      // The port itself may be taken, then it is one of the next.
      for (let next = 0; next < 20; next += 1) {
        const number = Number(port(data)) + next
        const socket = `${data}/socket/.s.PGSQL.${number}`
        fs.writeFileSync(socket, '')
        fs.writeFileSync(`${socket}.lock`, `${pid}\n${data}/postgres\n1\n${number}\n`)
      }
      fs.writeFileSync(`${data}/run/server`, '')
      fs.writeFileSync(`${data}/run/starting`, `{"pid":${pid}`)
      fs.writeFileSync(`${data}/run/holders/${pid}`, '')
    },
    'empty files': (data: string) => {
      fs.writeFileSync(`${data}/postgres/postmaster.pid`, '')
      fs.writeFileSync(`${data}/port`, '')
    },
    'the rest of a first start that was cut off': (data: string) => {
      fs.mkdirSync(`${data}/postgres.unfinished.1`)
      fs.writeFileSync(`${data}/postgres.unfinished.1/PG_VERSION`, '18\n')
      fs.rmSync(`${data}/postgres`, { recursive: true })
    },
  }
  for (const [name, plant] of Object.entries(remains)) {
    test(name, async () => {
      const data = prepared.copy()
      const { pid } = stranger()
      plant(data, pid)
      const { program, url } = await living({ data })
      await answers(`${url}/readyz`)
      // A stale holder must not keep PostgreSQL alive either.
      program.signal('SIGKILL')
      expect(await leftAfter(soonMs, data)).toEqual([])
      expect(isAlive(pid)).toBe(true)
    })
  }
})
