import type pg from 'pg'
import type { Log } from '../log.ts'
import { type Leader, startLeader } from '../postgres/leader.ts'
import type { Tasks } from './tasks.ts'

const batch = 500
const shortestMs = 100
const longestMs = 300

/** Hands events on, as the one who leads among all workers of a database. */
export function startReader(url: string, tasks: Tasks, log: Log): Leader {
  const byTopic = JSON.stringify(tasks.byTopic)
  let wait = shortestMs
  return startLeader({
    url,
    name: 'fluence outbox',
    lock: 'fluence outbox reader',
    lost: 'The reader of the outbox lost the database.',
    log,
    async work(client) {
      const taken = await handOn(client, byTopic)
      if (taken === batch) return 0
      wait = taken > 0 ? shortestMs : Math.min(wait * 1.5, longestMs)
      return wait
    },
  })
}

async function handOn(client: pg.Client, byTopic: string): Promise<number> {
  const { rows } = await client.query<{ taken: number }>({
    name: 'hand on events',
    text: 'select app_private.hand_on_events($1, $2) as taken',
    values: [byTopic, batch],
  })
  return rows[0]?.taken ?? 0
}
