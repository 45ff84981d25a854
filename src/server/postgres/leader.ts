import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../log.ts'

const candidateMs = 1000
const retryMs = 500

export interface Leader {
  stop(): Promise<void>
}

export interface LeaderOptions {
  readonly url: string
  /** Shows in the database which process leads. */
  readonly name: string
  /** One leads at a time: whose connection has the lock of this name. */
  readonly lock: string
  /** What is told when the connection is lost, once until it is there again. */
  readonly lost: string
  readonly log: Log
  /** What the connection needs before it can lead. */
  prepare?(client: pg.Client): Promise<unknown>
  /** One round of the work; answers how long to wait for the next one. */
  work(client: pg.Client): Promise<number>
  /** Whether a round may be broken off when it is told to stop. */
  readonly breaksOff?: boolean
}

/**
 * Does its work again and again, as the one who leads among all processes of a database. The lead is a
 * lock of the very connection that works: who loses the one loses the other, and the next candidate
 * has it within a second or so.
 */
export function startLeader(options: LeaderOptions): Leader {
  const { log, lock, lost, breaksOff = false } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const nap = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {})

  const lead = async (client: pg.Client) => {
    while (!signal.aborted && !(await takesLead(client, lock))) await nap(candidateMs)
    while (!signal.aborted) {
      const wait = await options.work(client)
      if (wait > 0) await nap(wait)
    }
  }

  const keepLeading = async () => {
    let told = false
    while (!signal.aborted) {
      const client = connection(options)
      const leave = () => void client.end().catch(() => {})
      if (breaksOff) signal.addEventListener('abort', leave)
      try {
        await client.connect()
        await keepAlive(client)
        await options.prepare?.(client)
        told = false
        await lead(client)
      } catch (error) {
        if (!told && !signal.aborted) log.warn(lost, { error })
        told = true
        await nap(retryMs)
      } finally {
        signal.removeEventListener('abort', leave)
        await client.end().catch(() => {})
      }
    }
  }

  const leading = keepLeading()
  return {
    stop() {
      stopping.abort()
      return leading
    },
  }
}

function connection({ url, name }: LeaderOptions): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    application_name: `${name} (${process.pid})`,
    connectionTimeoutMillis: 5000,
    query_timeout: 60_000,
    keepAlive: true,
  })
  client.on('error', () => {})
  return client
}

/** A machine that is cut off must not hold the lead for as long as TCP would wait for it. */
const keepAlive = (client: pg.Client) =>
  client.query(
    `select set_config('tcp_keepalives_idle', '5', false),
            set_config('tcp_keepalives_interval', '2', false),
            set_config('tcp_keepalives_count', '3', false)`,
  )

async function takesLead(client: pg.Client, lock: string): Promise<boolean> {
  const { rows } = await client.query<{ leads: boolean }>(
    'select pg_try_advisory_lock(hashtext($1)) as leads',
    [lock],
  )
  return rows[0]?.leads ?? false
}
