import pg from 'pg'
import { explain, Problem } from '../../problem.ts'

/** One connection for one piece of work, closed whatever happens. */
export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
  application_name = 'fluence',
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name,
    connectionTimeoutMillis: 10_000,
  })
  // A connection that breaks between two statements is reported by the next one.
  client.on('error', () => {})
  await client.connect().catch((error: Error) => {
    if (explain(error) !== undefined) throw error
    throw new Problem(
      `The database cannot be reached: ${error.message}.`,
      'Check DATABASE_URL, and that a PostgreSQL answers there.',
      { cause: error },
    )
  })
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

export async function inTransaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

export async function exists(client: pg.ClientBase, table: string): Promise<boolean> {
  const { rows } = await client.query('select to_regclass($1) is not null as found', [table])
  return rows[0].found
}

/** One start or migration at a time per database, whichever process it is in. */
export async function exclusively<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query(`select pg_advisory_lock(hashtext('fluence prepare'))`)
  try {
    return await work()
  } finally {
    await client.query(`select pg_advisory_unlock(hashtext('fluence prepare'))`).catch(() => {})
  }
}
