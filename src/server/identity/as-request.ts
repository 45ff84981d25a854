import type { Pool, PoolClient } from 'pg'
import { applicationName, currentRequestId } from '../http/request.ts'

const ownName = 'fluence server'

/** Asks under the id of the request at hand, which the audit log notes, and no longer than that. */
export async function asRequest<T>(
  pool: Pool,
  ask: (client: Pick<PoolClient, 'query'>) => Promise<T>,
): Promise<T> {
  const id = currentRequestId()
  if (id === undefined) return ask(pool)
  const client = await pool.connect()
  try {
    await rename(client, applicationName(id, ownName))
    return await ask(client)
  } finally {
    // A connection that would keep the name of this request is not used for another one.
    await rename(client, ownName).then(
      () => client.release(),
      () => client.release(true),
    )
  }
}

const rename = (client: PoolClient, name: string) =>
  client.query(`select set_config('application_name', $1, false)`, [name])
