import type pg from 'pg'
import type { Log } from '../log.ts'
import { type Leader, startLeader } from '../postgres/leader.ts'
import { type Seal, SealsFile } from './seals-file.ts'

/** A block at most; what waits longer goes into several. */
const largestBlock = 1000
const everyMs = 20_000

export interface SealerOptions {
  readonly url: string
  /** Where seals are written outside of the database. */
  readonly file: string
  readonly log: Log
  readonly everyMs?: number
}

/** Seals the audit log block by block, as the one who leads among all workers of a database. */
export function startSealer(options: SealerOptions): Leader {
  const file = new SealsFile(options.file)
  return startLeader({
    url: options.url,
    name: 'fluence audit sealer',
    lock: 'fluence audit sealer',
    lost: 'The sealer of the audit log broke off.',
    log: options.log,
    async work(client) {
      const sealed = await seal(client)
      await writeOutside(client, file, options.log)
      return sealed === largestBlock ? 0 : (options.everyMs ?? everyMs)
    },
  })
}

async function seal(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ rows: number }>({
    name: 'seal audit log',
    text: 'select app_private.seal_audit_log($1) as rows',
    values: [largestBlock],
  })
  return rows[0]?.rows ?? 0
}

/** What the file has not got: the new seal, and those before it that a crash kept from it. */
async function writeOutside(client: pg.Client, file: SealsFile, log: Log): Promise<void> {
  for (;;) {
    const { rows } = await client.query<Seal>({
      name: 'list audit seals',
      text: `select s.block::text as block, s.hash, s.rows, s.sealed_at as "sealedAt"
             from app_private.list_audit_seals($1) as s`,
      values: [file.last()],
    })
    if (rows.length === 0) return
    file.append(rows)
    for (const { block, hash, rows: count } of rows) {
      log.info('A block of the audit log was sealed.', { block, hash, count })
    }
  }
}
