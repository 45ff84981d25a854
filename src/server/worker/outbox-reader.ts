import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../log.ts'
import type { Tasks } from './tasks.ts'

const batch = 500
const shortestMs = 100
const longestMs = 300
const candidateMs = 1000

export interface Reader {
  stop(): Promise<void>
}

/**
 * Hands events on, as the one who leads among all workers of a database. The lead is a lock of the
 * very connection that reads: who loses the one loses the other, and the next candidate has it
 * within a second or so.
 */
export function startReader(url: string, tasks: Tasks, log: Log): Reader {
  const stopping = new AbortController()
  const { signal } = stopping
  const nap = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {})
  const byTopic = JSON.stringify(tasks.byTopic)

  const lead = async (client: pg.Client) => {
    while (!signal.aborted && !(await takesLead(client))) await nap(candidateMs)
    let wait = shortestMs
    while (!signal.aborted) {
      const taken = await handOn(client, byTopic)
      if (taken === batch) continue
      wait = taken > 0 ? shortestMs : Math.min(wait * 1.5, longestMs)
      await nap(wait)
    }
  }

  const keepReading = async () => {
    let told = false
    while (!signal.aborted) {
      const client = connection(url)
      try {
        await client.connect()
        await keepAlive(client)
        told = false
        await lead(client)
      } catch (error) {
        if (!told) log.warn('The reader of the outbox lost the database.', { error })
        told = true
        await nap(500)
      } finally {
        await client.end().catch(() => {})
      }
    }
  }

  const reading = keepReading()
  return {
    stop() {
      stopping.abort()
      return reading
    },
  }
}

function connection(url: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    // So that whoever looks at the database sees which process leads.
    application_name: `fluence outbox (${process.pid})`,
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

async function takesLead(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ leads: boolean }>(
    `select pg_try_advisory_lock(hashtext('fluence outbox reader')) as leads`,
  )
  return rows[0]?.leads ?? false
}

async function handOn(client: pg.Client, byTopic: string): Promise<number> {
  const { rows } = await client.query<{ taken: number }>({
    name: 'hand on events',
    text: 'select app_private.hand_on_events($1, $2) as taken',
    values: [byTopic, batch],
  })
  return rows[0]?.taken ?? 0
}
