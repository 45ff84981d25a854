import crypto from 'node:crypto'
import type { Pool, QueryConfig } from 'pg'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { HttpRefusal } from './errors.ts'
import { within } from './health.ts'
import { factsOf } from './request.ts'
import type { Route } from './route.ts'

const patienceMs = 1000

/** What the database tells of itself: its size, and app_private.house_figures(). */
interface HouseFigures {
  readonly database_size_bytes: number
  readonly drift_checked_at: string | null
  readonly drift_rows: number | null
  readonly outbox_events: number | null
  readonly outbox_lag_seconds: number | null
  readonly parked_events: number | null
  readonly jobs: readonly { task: string; state: string; jobs: number }[]
}

export interface Metrics {
  /** A request was answered, or its caller went away. */
  answered(operation: string, outcome: string, seconds: number): void
  watchPool(name: string, pool: Pool): void
  /** Where the figures of the database are read, at each scrape. */
  watchDatabase(pool: Pool): void
  certificateEnds(moment: Date): void
  text(): Promise<string>
}

/** Labels come from bounded sets only: a name that callers choose never becomes one. */
export function makeMetrics(options: { process?: boolean } = {}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (options.process) collectDefaultMetrics({ register: registry })

  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Gauge({ name: `fluence_${name}`, help, labelNames, registers })

  const requests = new Histogram({
    name: 'fluence_request_duration_seconds',
    help: 'Requests by operation and outcome (class of status, or aborted), and how long they took.',
    labelNames: ['operation', 'outcome'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const connections = gauge('pool_connections', 'Connections to the database by pool and state.', [
    'pool',
    'state',
  ])
  const up = gauge('database_up', 'Whether the database told its figures at this scrape.')
  const size = gauge('database_size_bytes', 'Size of the database on disk.')
  const driftChecked = gauge(
    'drift_check_timestamp_seconds',
    'When roll-ups were last compared with their facts.',
  )
  const driftAge = gauge('drift_check_age_seconds', 'How long ago that was.')
  const driftRows = gauge('drift_rows', 'Roll-up rows that differed from their facts then.')
  const outboxEvents = gauge('outbox_events', 'Events that wait in the outbox.')
  const outboxLag = gauge('outbox_lag_seconds', 'Age of the oldest event in the outbox.')
  const parked = gauge('parked_events', 'Events that were given up until somebody replays them.')
  const jobs = gauge('jobs', 'Jobs by task and state.', ['task', 'state'])
  const certificate = gauge(
    'tls_certificate_end_timestamp_seconds',
    'When the certificate of this server ends.',
  )
  certificate.remove()

  const pools = new Map<string, Pool>()
  let database: Pool | undefined

  const show = (figures: HouseFigures | undefined) => {
    up.set(figures === undefined ? 0 : 1)
    // What is not known is not there; 0 would be a figure.
    const set = (to: Gauge, value: number | null | undefined) =>
      value === null || value === undefined ? to.remove() : to.set(value)
    const checked = figures?.drift_checked_at
    const seconds = typeof checked === 'string' ? Date.parse(checked) / 1000 : undefined
    set(size, figures?.database_size_bytes)
    set(driftChecked, seconds)
    set(driftAge, seconds && Math.max(0, Date.now() / 1000 - seconds))
    set(driftRows, figures?.drift_rows)
    set(outboxEvents, figures?.outbox_events)
    set(outboxLag, figures?.outbox_lag_seconds)
    set(parked, figures?.parked_events)
    jobs.reset()
    for (const { task, state, jobs: count } of figures?.jobs ?? []) jobs.set({ task, state }, count)
  }

  let reading: Promise<HouseFigures | undefined> | undefined
  const read = (pool: Pool) => {
    // Scrapes that come while one is answered share its figures: they are not cheap.
    reading ??= readFigures(pool).finally(() => {
      reading = undefined
    })
    return within(patienceMs, reading, undefined)
  }

  return {
    answered(operation, outcome, seconds) {
      requests.observe({ operation, outcome }, seconds)
    },
    watchPool: (name, pool) => void pools.set(name, pool),
    watchDatabase(pool) {
      database = pool
    },
    certificateEnds: (moment) => certificate.set(moment.getTime() / 1000),
    async text() {
      for (const [pool, { totalCount, idleCount, waitingCount }] of pools) {
        connections.set({ pool, state: 'total' }, totalCount)
        connections.set({ pool, state: 'idle' }, idleCount)
        connections.set({ pool, state: 'waiting' }, waitingCount)
      }
      show(database === undefined ? undefined : await read(database))
      return registry.metrics()
    },
  }
}

async function readFigures(pool: Pool): Promise<HouseFigures | undefined> {
  try {
    const { rows } = await pool.query<{ figures: HouseFigures }>({
      text: `select app_private.house_figures()
               || jsonb_build_object('database_size_bytes', pg_database_size(current_database()))
               as figures`,
      query_timeout: patienceMs,
    } as QueryConfig)
    return rows[0]?.figures
  } catch {
    return undefined
  }
}

const digest = (text: string) => crypto.createHash('sha256').update(text).digest()

/**
 * With a token set, whoever knows it may read the metrics, from wherever; without one, only programs
 * on this machine may.
 */
export const metricsRoute = (metrics: Metrics, token: string | undefined): Route => ({
  method: 'get',
  path: '/metrics',
  operation: 'readMetrics',
  about: 'The figures of this server and its database, as Prometheus reads them.',
  token: true,
  answers: {
    200: { about: 'The figures.', type: 'text/plain', schema: { type: 'string' } },
  },
  async handle(request, response) {
    if (token === undefined) {
      if (factsOf(request)?.local !== true) throw new HttpRefusal('local_only')
    } else {
      const given = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
      if (!crypto.timingSafeEqual(digest(given), digest(token))) {
        throw new HttpRefusal('token_required')
      }
    }
    response.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.text())
  },
})
