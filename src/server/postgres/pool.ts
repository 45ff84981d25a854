import pg from 'pg'
import { pause } from './processes.ts'

const atWork = new WeakMap<pg.Pool, Set<pg.PoolClient>>()

/** A pool that outlives a restart of the database: a broken connection is replaced, not thrown. */
export function makePool(
  url: string,
  max: number,
  say: (line: string) => void,
  options: pg.PoolConfig = {},
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'fluence',
    connectionTimeoutMillis: 10_000,
    ...options,
  })
  const busy = new Set<pg.PoolClient>()
  atWork.set(pool, busy)
  pool.on('acquire', (client) => busy.add(client))
  pool.on('release', (_error, client) => busy.delete(client))
  pool.on('error', ({ code = 'no code' }: Error & { code?: string }) => {
    say(`A database connection broke (${code}).`)
  })
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Ends a pool. A statement that hangs does not hold it up: its connection is cut. */
export async function endPool(pool: pg.Pool, graceMs = 500): Promise<void> {
  const ended = pool.end()
  await Promise.race([ended, pause(graceMs)])
  for (const client of atWork.get(pool) ?? []) cut(client)
  await Promise.race([ended, pause(graceMs)])
}

/** A client that is at work closes its socket at once when it is ended, unless it pipelines. */
function cut(client: pg.PoolClient): void {
  void client.end()
  if (client.pipeline) client.connection.stream.destroy()
}
