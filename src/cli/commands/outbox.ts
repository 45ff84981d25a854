import type { Command } from 'commander'
import { Problem } from '../../problem.ts'
import { asServer } from '../as-server.ts'
import { print, table } from '../output.ts'

interface ParkedEvent {
  readonly id: string
  readonly topic: string
  readonly key: string
  readonly task: string
  readonly attempts: number
  readonly error_code: string
  readonly parked_at: string
  readonly waiting: number
}

/** For whoever runs Fluence: events that could not be worked off, of all brands. */
export function addOutbox(program: Command): void {
  const outbox = program.command('outbox').description('events that could not be worked off')

  outbox
    .command('list')
    .description('list the parked events, and how many later ones wait for each')
    .option('--json', 'print the result as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const parked = await asServer(async (client) => {
        const { rows } = await client.query<ParkedEvent>(
          `select d.id, d.topic, d.key, d.task, d.attempts, d.error_code,
             to_char(d.parked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as parked_at,
             (select count(*)::int from app_private.outbox_deliveries as w
              where w.key = d.key and w.id > d.id) as waiting
           from app_private.outbox_deliveries as d
           where d.parked_at is not null
           order by d.id`,
        )
        return rows
      })
      print(parked, json, (rows) =>
        rows.length === 0
          ? 'No event is parked.'
          : table(
              ['event', 'topic', 'key', 'task', 'attempts', 'error', 'parked at', 'waiting'],
              rows.map((e) => [
                e.id,
                e.topic,
                e.key,
                e.task,
                String(e.attempts),
                e.error_code,
                e.parked_at,
                String(e.waiting),
              ]),
            ),
      )
    })

  outbox
    .command('replay')
    .argument('<event>', 'number of a parked event')
    .description('try a parked event again; then later ones of its key')
    .action((event: string) => release(event, true))

  outbox
    .command('skip')
    .argument('<event>', 'number of a parked event')
    .description('give a parked event up for good, and go on with its key')
    .action((event: string) => release(event, false))
}

async function release(event: string, replay: boolean): Promise<void> {
  const done = await asServer(async (client) => {
    if (!/^\d{1,18}$/.test(event)) return false
    const { rows } = await client.query<{ done: boolean }>(
      'select app_private.release_event($1, $2) as done',
      [event, replay],
    )
    return rows[0]?.done
  })
  if (!done) {
    throw new Problem(
      `There is no parked event ${event}.`,
      'See `fluence outbox list` for those that are.',
    )
  }
  process.stdout.write(replay ? `Event ${event} is tried again.\n` : `Event ${event} is skipped.\n`)
}
