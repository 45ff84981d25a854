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
  const file = new Outside(options.file, options.log)
  return startLeader({
    url: options.url,
    name: 'fluence audit sealer',
    lock: 'fluence audit sealer',
    lost: 'The sealer of the audit log broke off.',
    log: options.log,
    async work(client) {
      const sealed = await seal(client)
      await file.write(client)
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

/** The file that seals are written to, and whether it and the database are of one log. */
class Outside {
  readonly #file: SealsFile
  readonly #log: Log
  #toldOf: string | undefined

  constructor(file: string, log: Log) {
    this.#file = new SealsFile(file)
    this.#log = log
  }

  /** What the file has not got: the new seal, and those before it that a crash kept from it. */
  async write(client: pg.Client): Promise<void> {
    const last = this.#file.last()
    if (last !== undefined) await this.#compare(client, last)
    let after = last?.block ?? '0'
    for (;;) {
      const seals = await list(client, after)
      if (seals.length === 0) return
      if (after === '0') this.#tellOfEmpty(seals)
      this.#file.append(seals)
      for (const { block, hash, rows: count } of seals) {
        this.#log.info('A block of the audit log was sealed.', { block, hash, count })
        after = block
      }
    }
  }

  /** A seal that the database has no longer, or another one: an older state, or a forged one. */
  async #compare(client: pg.Client, last: Seal): Promise<void> {
    const [same] = await list(client, String(BigInt(last.block) - 1n))
    const differs = same?.block !== last.block || same.hash !== last.hash
    if (differs && this.#toldOf !== last.hash) {
      this.#toldOf = last.hash
      this.#log.error(
        'The seals outside are not those of the database: run fluence audit verify.',
        {
          block: last.block,
        },
      )
    }
    if (!differs) this.#toldOf = undefined
  }

  /** Such seals prove nothing of the time before, however the file was lost. */
  #tellOfEmpty(seals: readonly Seal[]): void {
    if (seals.length === 1) return
    this.#log.warn(
      'There were no seals outside: they are written anew, as the database has them now. ' +
        'Compare them with your copy.',
    )
  }
}

async function list(client: pg.Client, after: string): Promise<Seal[]> {
  const { rows } = await client.query<Seal>({
    name: 'list audit seals',
    text: `select s.block::text as block, s.hash, s.rows, s.sealed_at as "sealedAt"
           from app_private.list_audit_seals($1) as s`,
    values: [after],
  })
  return rows
}
