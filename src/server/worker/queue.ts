import type { Access } from '../postgres/access.ts'
import { makePool } from '../postgres/pool.ts'

/** Where graphile-worker keeps its jobs: a schema that the worker's login owns. */
export const schema = 'graphile_worker'

/** graphile-worker's own migrations. Its own process runs them as well, so this may be late. */
export async function installQueue(access: Access): Promise<void> {
  // Loaded here, because most commands do without.
  const { Logger, runMigrations } = await import('graphile-worker')
  const pool = makePool(access.as('fluence_worker'), 1, () => {})
  try {
    await runMigrations({ pgPool: pool, schema, logger: new Logger(() => () => {}) })
  } finally {
    await pool.end()
  }
}
