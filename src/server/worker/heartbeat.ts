import type { Pool } from 'pg'
import type { Log } from '../log.ts'

export interface Heartbeat {
  stop(): void
}

/**
 * Tells the database again and again that a worker lives, and frees the jobs of those who no longer
 * do. Four beats in a lifetime: a single one that is late kills nobody.
 */
export function startHeartbeat(
  pool: Pool,
  workerId: string,
  lifetimeSeconds: number,
  log: Log,
): Heartbeat {
  let beating = false
  const beat = async () => {
    if (beating) return
    beating = true
    try {
      const { rows } = await pool.query<{ dead: number }>(
        'select app_private.beat($1, $2) as dead',
        [workerId, lifetimeSeconds],
      )
      const count = rows[0]?.dead ?? 0
      if (count > 0) log.warn('Workers died; their jobs are run by others.', { count })
    } catch (error) {
      log.warn('A heartbeat failed.', { error })
    } finally {
      beating = false
    }
  }
  void beat()
  const timer = setInterval(() => void beat(), (lifetimeSeconds * 1000) / 4)
  return { stop: () => clearInterval(timer) }
}
