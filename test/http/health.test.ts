import net, { type AddressInfo } from 'node:net'
import pg from 'pg'
import { describe, expect, onTestFinished } from 'vitest'
import { databaseReadiness, forProbes, unready } from '../../src/server/http/health.ts'
import { makeMetrics } from '../../src/server/http/metrics.ts'
import { knowOperations, noteOperation } from '../../src/server/http/request.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { makePool } from '../../src/server/postgres/pool.ts'
import { readSources } from '../../src/server/postgres/sources.ts'
import type { TestDatabase } from '../harness/database.ts'
import { ask, startApp } from '../harness/http.ts'
import { byHand } from '../harness/routes.ts'
import { test } from '../harness/test.ts'

const { hash } = readSources()

/** A pool as the server has it; ended with the test. */
function poolOn(database: TestDatabase, max = 2, options: pg.PoolConfig = {}): pg.Pool {
  return poolAt(database.access.as('fluence_server'), max, options)
}

function poolAt(url: string, max: number, options: pg.PoolConfig = {}): pg.Pool {
  const pool = makePool(url, max, () => {}, options)
  onTestFinished(() => pool.end())
  return pool
}

/** A way to the database on which everything can come to a standstill, without an end. */
async function freezable(url: string) {
  const { hostname, port } = new URL(url)
  const sockets = new Set<net.Socket>()
  let frozen = false
  const relay = net.createServer((near) => {
    const far = net.connect(Number(port), hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => [near, far].map((each) => each.destroy()))
    }
    near.on('data', (piece) => frozen || far.write(piece))
    far.on('data', (piece) => frozen || near.write(piece))
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    relay.close()
  })
  const through = new URL(url)
  through.port = String((relay.address() as AddressInfo).port)
  return {
    url: through.href,
    freeze: (now: boolean) => {
      frozen = now
    },
  }
}

const frozen = 'select pg_sleep(600)'

describe('/readyz', () => {
  const serve = (pool: pg.Pool, expected = hash) =>
    startApp({ readiness: databaseReadiness(pool, () => expected) })
  const notReady = (code: keyof typeof unready) => ({
    status: 503,
    json: { status: 'not ready', code, reason: unready[code] },
  })

  test('is green where the database is there and of this release', async ({ database }) => {
    const { url } = await serve(poolOn(database))
    expect(await ask(`${url}/readyz`)).toMatchObject({ status: 200, json: { status: 'ready' } })
  })

  test('is red where it runs another state of sql/, or none', async ({ database }) => {
    const { url } = await serve(poolOn(database), 'another')
    expect(await ask(`${url}/readyz`)).toMatchObject(notReady('database_differs'))
  })

  test('is red where nobody answers, and green again by itself', async ({ database }) => {
    const pool = poolOn(database)
    const { url } = await serve(pool)
    await withClient(database.superuserUrl, async (client) => {
      await client.query('alter role fluence_server connection limit 0')
      expect(await ask(`${url}/readyz`)).toMatchObject(notReady('database_unreachable'))
      await client.query('alter role fluence_server connection limit -1')
    })
    expect(await ask(`${url}/readyz`)).toMatchObject({ status: 200 })
    expect(await ask(`${url}/healthz`)).toMatchObject({ status: 200 })
  })

  test('answers also when the question hangs, and does not ask twice at once', async ({
    database,
  }) => {
    const pool = poolOn(database, 1)
    const { url } = await serve(pool)
    await withClient(database.superuserUrl, async (client) => {
      await client.query('begin; lock table app_private.loaded_sources in access exclusive mode')
      const answers = await Promise.all([1, 2, 3].map(() => ask(`${url}/readyz`)))
      for (const answer of answers) expect(answer).toMatchObject(notReady('database_slow'))
      await client.query('rollback')
    })
    await expect.poll(async () => (await ask(`${url}/readyz`)).status).toBe(200)
  })

  test('answers also when there is no connection left', async ({ database }) => {
    const pool = poolOn(database, 1)
    const { url } = await serve(pool)
    const taken = await pool.connect()
    expect(await ask(`${url}/readyz`)).toMatchObject(notReady('database_slow'))
    taken.release()
    await expect.poll(async () => (await ask(`${url}/readyz`)).status).toBe(200)
  })

  test('answers also when the whole database stands still', async ({ database }) => {
    const way = await freezable(database.access.as('fluence_server'))
    const { url } = await serve(poolAt(way.url, 2, forProbes))
    expect(await ask(`${url}/readyz`)).toMatchObject({ status: 200 })
    way.freeze(true)
    // First on a connection that is there, then on new ones that never come about.
    for (let i = 0; i < 4; i += 1) {
      const { status, json } = await ask(`${url}/readyz`)
      expect(status).toBe(503)
      // Which of two limits of a second is up first, the pool's or ours, is chance.
      expect(json).toMatchObject({ code: expect.stringMatching(/^database_(slow|unreachable)$/) })
    }
    expect(await ask(`${url}/healthz`)).toMatchObject({ status: 200 })
    way.freeze(false)
    await expect
      .poll(async () => (await ask(`${url}/readyz`)).status, { timeout: 30_000 })
      .toBe(200)
  })

  test('says when the server starts and stops', async () => {
    for (const code of ['starting', 'stopping'] as const) {
      const { url } = await startApp({ readiness: async () => code })
      expect(await ask(`${url}/readyz`)).toMatchObject(notReady(code))
    }
  })
})

describe('/metrics', () => {
  const token = 'a-token-of-a-test'
  const bearer = { authorization: `Bearer ${token}` }
  const far = { 'x-forwarded-for': '198.51.100.7' }

  test('without a token is for the machine itself', async () => {
    const { url } = await startApp()
    expect(await ask(`${url}/metrics`)).toMatchObject({ status: 200 })
    const refused = await ask(`${url}/metrics`, { headers: far })
    expect(refused).toMatchObject({ status: 403, json: { error: { code: 'local_only' } } })
  })

  test('with one is for whoever knows it, and for nobody else', async () => {
    const { url } = await startApp({ metricsToken: token })
    expect(await ask(`${url}/metrics`, { headers: { ...far, ...bearer } })).toMatchObject({
      status: 200,
    })
    for (const authorization of ['', 'Bearer', `Bearer ${token}x`, `Basic ${token}`]) {
      expect(await ask(`${url}/metrics`, { headers: { authorization } })).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
        json: { error: { code: 'token_required' } },
      })
    }
  })

  test('counts requests by operation, and callers cannot invent new ones', async () => {
    knowOperations(['SalesOfTheMonth'])
    const named = byHand('/ask/{name}', (request, response) => {
      const name = String(request.params['name'])
      noteOperation({ name, kind: 'query', fields: new Set(['products']) })
      response.json({})
    })
    const { url } = await startApp({ routes: [named] })
    await ask(`${url}/ask/SalesOfTheMonth`)
    for (let i = 0; i < 50; i += 1) await ask(`${url}/ask/invented${i}`)
    for (let i = 0; i < 50; i += 1) await ask(`${url}/nowhere/${i}`, { method: 'PUT' })
    await ask(`${url}/graphql`)
    const { text } = await ask(`${url}/metrics`)
    const counts = [...text.matchAll(/^fluence_request_duration_seconds_count\{(.*)\} (\d+)$/gm)]
    expect(Object.fromEntries(counts.map(([, labels, count]) => [labels, Number(count)]))).toEqual({
      'operation="graphql SalesOfTheMonth",outcome="2xx"': 1,
      'operation="graphql query products",outcome="2xx"': 50,
      'operation="unknown",outcome="4xx"': 50,
      'operation="graphql unread",outcome="4xx"': 1,
    })
    expect(text).toContain('fluence_request_duration_seconds_bucket{le="0.05"')
  })

  test('shows pools, the process and the database, its outbox and its jobs', async ({
    database,
  }) => {
    const metrics = makeMetrics({ process: true })
    const pool = poolOn(database)
    metrics.watchPool('requests', pool)
    metrics.watchDatabase(pool)
    const figure = async (name: string) => {
      const line = (await metrics.text()).split('\n').find((it) => it.startsWith(`${name} `))
      return line === undefined ? undefined : Number(line.split(' ').at(-1))
    }
    await metrics.text()
    expect(await figure('fluence_pool_connections{pool="requests",state="total"}')).toBe(1)
    expect(await figure('fluence_pool_connections{pool="requests",state="idle"}')).toBe(1)
    expect(await figure('fluence_pool_connections{pool="requests",state="waiting"}')).toBe(0)
    expect(await figure('fluence_database_up')).toBe(1)
    expect(await figure('fluence_database_size_bytes')).toBeGreaterThan(1_000_000)
    expect(await figure('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
    expect(await figure('fluence_outbox_events')).toBe(0)
    expect(await figure('fluence_outbox_lag_seconds')).toBe(0)
    expect(await figure('fluence_parked_events')).toBe(0)
    expect(await figure('fluence_drift_rows')).toBeUndefined()
    expect(await figure('fluence_drift_check_age_seconds')).toBeUndefined()

    await withClient(database.superuserUrl, async (client) => {
      await client.query(`
        insert into app_private.outbox (topic, key, payload, created_at)
        values ('a.b', '1', '{}', now() - interval '1 hour'), ('a.b', '2', '{}', now());
        insert into app_private.outbox_deliveries (
          id, topic, key, payload, task, created_at, parked_at, error_code
        ) values (-1, 'a.b', '3', '{}', 't', now(), now(), '23505');
        select graphile_worker.add_job('test__wait', run_at := now() + interval '1 hour');
        select graphile_worker.add_job('test__wait', run_at := now() + interval '2 hours');
        select app_private.note_drift_check(3)`)
      await client.query(`
        update app_private.drift_checks set checked_at = now() - interval '1 day'`)
    })
    expect(await figure('fluence_outbox_events')).toBe(2)
    expect(await figure('fluence_outbox_lag_seconds')).toBeGreaterThanOrEqual(3600)
    expect(await figure('fluence_parked_events')).toBe(1)
    expect(await figure('fluence_jobs{task="test__wait",state="scheduled"}')).toBe(2)
    expect(await figure('fluence_drift_rows')).toBe(3)
    expect(await figure('fluence_drift_check_age_seconds')).toBeGreaterThanOrEqual(86_400)
  })

  test('come also when the database does not answer, without its figures', async ({ database }) => {
    const metrics = makeMetrics()
    const pool = poolOn(database, 1, { connectionTimeoutMillis: 0 })
    metrics.watchDatabase(pool)
    const hanging = pool.query(frozen).catch(() => {})
    const text = await metrics.text()
    expect(text).toMatch(/^fluence_database_up 0$/m)
    expect(text).not.toMatch(/^fluence_(database_size|outbox|jobs|drift)/m)
    await withClient(database.superuserUrl, (client) =>
      client.query(`select pg_terminate_backend(pid) from pg_stat_activity where query = $1`, [
        frozen,
      ]),
    )
    await hanging
    await expect.poll(() => metrics.text()).toMatch(/^fluence_database_up 1$/m)
  })
})

describe('what the house tells of itself', () => {
  test('is for the server alone, and the drift check for the worker', async ({ story }) => {
    for (const role of ['visitor', 'admin', 'analyst', 'auditor']) {
      await story.as({ role })
      await story.rejects('42501', 'select app_private.house_figures()')
      await story.rejects('42501', 'select app_private.note_drift_check(0)')
    }
    await story.as(null)
    await story.rows('set local session authorization fluence_worker')
    await story.rows('select app_private.note_drift_check(2)')
    await story.rows('select app_private.note_drift_check(0)')
    await story.rejects('23514', 'select app_private.note_drift_check(-1)')
    await story.rejects('42501', 'select app_private.house_figures()')
    await story.rows('set local session authorization fluence_server')
    expect(
      await story.one(`select f ->> 'drift_rows' as rows, f ->> 'drift_checked_at' is not null as known
                       from app_private.house_figures() as f`),
    ).toEqual({ rows: '0', known: true })
  })
})
