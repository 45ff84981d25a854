import pg from 'pg'

/** A pool that outlives a restart of the database: a broken connection is replaced, not thrown. */
export function makePool(url: string, max: number, say: (line: string) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'fluence',
    connectionTimeoutMillis: 10_000,
  })
  pool.on('error', (error) => say(`A database connection broke: ${error.message}`))
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
