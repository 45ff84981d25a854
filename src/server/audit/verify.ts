import type pg from 'pg'
import { readSources } from '../postgres/sources.ts'
import { readSeals, type Seal, Unreadable } from './seals-file.ts'

/** What can be wrong with a row. */
export type RowFault = 'edited' | 'removed' | 'added' | 'moved'
/** What can be wrong with the seals. */
export type SealFault =
  | 'seal_edited'
  | 'seal_missing'
  | 'seals_cut_off'
  | 'rebuilt'
  | 'set_back'
  | 'file_unreadable'

export interface Fault {
  readonly fault: RowFault | SealFault
  /** The block in which it was found. */
  readonly block?: string
  /** The row, as far as it is known: of one that was removed, its number and when it was sealed. */
  readonly row?: {
    readonly id: string
    readonly occurredAt?: string
    readonly object?: string
    readonly organizationId?: string | null
    readonly sealedAt?: string
  }
  readonly says: string
}

export interface Verified {
  readonly rows: number
  readonly blocks: number
  readonly unsealed: number
  readonly faults: number
  /** How many seals were compared with those outside of the database. */
  readonly compared: number
}

interface Row {
  readonly series: number
  readonly transaction: string
  readonly id: string
  readonly occurred_at: string
  readonly object: string
  readonly organization_id: string | null
  readonly digest: Buffer
}

interface Block {
  readonly block: string
  readonly last_series: number
  readonly last_transaction: string
  readonly last_id: string
  readonly leaves: Buffer
  readonly previous: Buffer
  readonly hash: Buffer
  readonly computed: Buffer
  readonly sealed_at: string
}

const leafBytes = 40
/** Rows that went from one place may turn up at another: so many are remembered. */
const remembered = 10_000

/**
 * Compares the audit log with its seals, and these with the file outside of the database, in one pass.
 * Digests are worked out by the text of this checkout, not by the function that the database has.
 */
export class Verifier {
  readonly #client: pg.Client
  readonly #file: string
  readonly #tell: (fault: Fault) => void
  readonly #removed = new Map<string, Fault>()
  readonly #added = new Map<string, Fault>()
  #rows = 0
  #blocks = 0
  #unsealed = 0
  #faults = 0
  #compared = 0

  /** The client may read both tables: fluence_definer's policies let it. */
  constructor(client: pg.Client, file: string, tell: (fault: Fault) => void) {
    this.#client = client
    this.#file = file
    this.#tell = tell
  }

  async verify(): Promise<Verified> {
    // The file first: what is in it was committed before.
    const outside = new Outside(readSeals(this.#file))
    await outside.begin()
    await this.#client.query('begin isolation level repeatable read read only')
    try {
      await this.#client.query('set local search_path = pg_catalog')
      // By the index: to sort the whole log would take as much room again.
      await this.#client.query('set local enable_sort = off')
      await this.#compare(outside)
    } finally {
      await this.#client.query('rollback')
    }
    this.#tellOfMoved()
    return {
      rows: this.#rows,
      blocks: this.#blocks,
      unsealed: this.#unsealed,
      faults: this.#faults,
      compared: this.#compared,
    }
  }

  async #compare(outside: Outside): Promise<void> {
    const rows = new Cursor<Row>(this.#client, 'audit_rows', rowsQuery(), 5000)
    const blocks = new Cursor<Block>(this.#client, 'audit_blocks', blocksQuery(), 50)
    let before: Block | undefined
    for (let block = await blocks.next(); block !== undefined; block = await blocks.next()) {
      const follows = this.#checkSeal(block, before)
      await this.#compareOutside(block, outside)
      await this.#compareRows(block, rows, follows)
      this.#blocks += 1
      before = block
    }
    for (let row = await rows.next(); row !== undefined; row = await rows.next()) {
      this.#rows += 1
      this.#unsealed += 1
    }
    await this.#finishOutside(before, outside)
  }

  /** Whether it is the one that comes after the block before. */
  #checkSeal(block: Block, before: Block | undefined): boolean {
    const expected = BigInt(before?.block ?? 0) + 1n
    const follows = BigInt(block.block) === expected
    if (!follows) {
      const last = BigInt(block.block) - 1n
      const which = expected === last ? `Block ${last} is` : `Blocks ${expected} to ${last} are`
      this.#say({ fault: 'seal_missing', block: String(expected), says: `${which} missing.` })
    }
    const fits = !follows || block.previous.equals(before?.hash ?? Buffer.alloc(32))
    if (!fits || !block.computed.equals(block.hash)) {
      this.#say({
        fault: 'seal_edited',
        block: block.block,
        says: `The seal of block ${block.block}, of ${block.sealed_at}, was edited.`,
      })
    }
    return follows
  }

  async #compareRows(block: Block, rows: Cursor<Row>, follows: boolean): Promise<void> {
    const leaves = leavesOf(block.leaves)
    for (;;) {
      const row = await rows.peek()
      if (row === undefined || !isWithin(row, block)) break
      await rows.next()
      this.#rows += 1
      const digest = leaves.get(row.id)
      if (digest === undefined) {
        // What belongs to a block that is missing is not known to be wrong.
        if (follows) this.#found('added', block, row)
        else this.#unsealed += 1
        continue
      }
      leaves.delete(row.id)
      if (!digest.equals(row.digest)) this.#found('edited', block, row)
    }
    for (const id of leaves.keys()) this.#found('removed', block, { id })
  }

  #found(fault: RowFault, block: Block, row: Pick<Row, 'id'> & Partial<Row>): void {
    const { id, occurred_at: occurredAt, object, organization_id: organizationId } = row
    const about = occurredAt === undefined ? '' : ` (${object}, ${occurredAt})`
    const says = {
      edited: `Row ${id}${about} was edited after it was sealed.`,
      added: `Row ${id}${about} was added after its block was sealed.`,
      removed: `Row ${id} was removed; it was sealed at ${block.sealed_at}.`,
      moved: '',
    }[fault]
    const told = {
      fault,
      block: block.block,
      row: { id, occurredAt, object, organizationId, sealedAt: block.sealed_at },
      says,
    }
    const waiting = {
      added: this.#added,
      removed: this.#removed,
      edited: undefined,
      moved: undefined,
    }
    const wait = waiting[fault]
    if (wait !== undefined && wait.size < remembered) wait.set(id, told)
    else this.#say(told)
  }

  /** A row that is missing at its place and is too much at another was given another place. */
  #tellOfMoved(): void {
    for (const [id, removed] of this.#removed) {
      const added = this.#added.get(id)
      if (added === undefined) {
        this.#say(removed)
        continue
      }
      this.#added.delete(id)
      const { object, occurredAt } = added.row ?? {}
      this.#say({
        ...added,
        fault: 'moved',
        says:
          `Row ${id} (${object}, ${occurredAt}) was moved ` +
          `from block ${removed.block} to block ${added.block}.`,
      })
    }
    for (const added of this.#added.values()) this.#say(added)
  }

  async #compareOutside(block: Block, outside: Outside): Promise<void> {
    const seal = await this.#outsideAt(block.block, outside)
    if (seal === undefined) return
    this.#compared += 1
    if (seal.hash === block.hash.toString('hex') || outside.differs) return
    outside.differs = true
    this.#say({
      fault: 'rebuilt',
      block: block.block,
      says:
        `From block ${block.block} on, of ${block.sealed_at}, the seals are not those that were ` +
        'written outside: rows and seals were made anew.',
    })
  }

  async #finishOutside(last: Block | undefined, outside: Outside): Promise<void> {
    const next = BigInt(last?.block ?? 0) + 1n
    let final: Seal | undefined
    for (;;) {
      const seal = await this.#nextOutside(outside)
      if (seal === undefined) break
      final = seal
    }
    if (final === undefined || BigInt(final.block) < next) return
    this.#say({
      fault: 'seals_cut_off',
      block: String(next),
      says:
        `Blocks ${next} to ${final.block}, the last of ${final.sealedAt}, are written outside and ` +
        'no longer in the database: the end of the log was cut off, or an older state restored.',
    })
  }

  /** The seal of a block as it stands outside, if it does. */
  async #outsideAt(block: string, outside: Outside): Promise<Seal | undefined> {
    for (;;) {
      const seal = outside.peek()
      if (seal === undefined || BigInt(seal.block) > BigInt(block)) return undefined
      await this.#nextOutside(outside)
      if (seal.block === block) return seal
    }
  }

  async #nextOutside(outside: Outside): Promise<Seal | undefined> {
    const seal = outside.peek()
    await outside.advance()
    const { fault } = outside
    if (fault !== undefined) {
      outside.fault = undefined
      this.#say(fault)
    }
    return seal
  }

  #say(fault: Fault): void {
    this.#faults += 1
    this.#tell(fault)
  }
}

/** The seals outside, in step with those in the database. */
class Outside {
  readonly #seals: AsyncGenerator<Seal>
  #next: Seal | undefined
  fault: Fault | undefined
  differs = false

  constructor(seals: AsyncGenerator<Seal>) {
    this.#seals = seals
  }

  begin = () => this.advance()
  peek = () => this.#next

  async advance(): Promise<void> {
    const before = this.#next
    try {
      const { value, done } = await this.#seals.next()
      this.#next = done ? undefined : value
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      this.#next = undefined
      const says = `Line ${error.line} of the seals outside cannot be read, so none after it was.`
      this.fault = { fault: 'file_unreadable', says }
      return
    }
    if (before === undefined || this.#next === undefined) return
    if (BigInt(this.#next.block) > BigInt(before.block)) return
    const { block, sealedAt } = this.#next
    this.fault = {
      fault: 'set_back',
      block,
      says:
        `Outside, block ${block} of ${sealedAt} stands behind block ${before.block}: the database ` +
        'was set back to an older state and written on from there.',
    }
  }
}

/** One row after the other, fetched in pages: however many there are, a page is held. */
class Cursor<T extends object> {
  readonly #client: pg.Client
  readonly #name: string
  readonly #page: number
  #query: string | undefined
  #rows: T[] = []
  #at = 0

  constructor(client: pg.Client, name: string, query: string, page: number) {
    this.#client = client
    this.#name = name
    this.#query = query
    this.#page = page
  }

  async peek(): Promise<T | undefined> {
    if (this.#at === this.#rows.length) await this.#fetch()
    return this.#rows[this.#at]
  }

  async next(): Promise<T | undefined> {
    const row = await this.peek()
    this.#at += row === undefined ? 0 : 1
    return row
  }

  async #fetch(): Promise<void> {
    if (this.#query !== undefined) {
      await this.#client.query(`declare ${this.#name} no scroll cursor for ${this.#query}`)
      this.#query = undefined
    }
    this.#rows = (await this.#client.query<T>(`fetch ${this.#page} from ${this.#name}`)).rows
    this.#at = 0
  }
}

function leavesOf(leaves: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (let at = 0; at < leaves.length; at += leafBytes) {
    const id = leaves.readBigInt64BE(at).toString()
    found.set(id, leaves.subarray(at + 8, at + leafBytes))
  }
  return found
}

/** Whether a row comes no later than the last one of a block, in the order in which they are sealed. */
function isWithin(row: Row, block: Block): boolean {
  if (row.series !== block.last_series) return row.series < block.last_series
  const [own, last] = [BigInt(row.transaction), BigInt(block.last_transaction)]
  return own === last ? BigInt(row.id) <= BigInt(block.last_id) : own < last
}

const utc = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const rowsQuery = () => `
  select entry.series, entry.transaction_id::text as transaction, entry.id::text as id,
    ${utc('entry.occurred_at')} as occurred_at, entry.object,
    entry.organization_id::text as organization_id, ${bodyOf('audit_digest')} as digest
  from app_public.audit_log as entry
  order by entry.series, entry.transaction_id, entry.id`

const blocksQuery = () => `
  select seal.block::text as block, seal.last_series,
    seal.last_transaction_id::text as last_transaction, seal.last_id::text as last_id,
    seal.leaves, seal.previous, seal.hash, ${bodyOf('audit_seal_hash')} as computed,
    ${utc('seal.sealed_at')} as sealed_at
  from app_private.audit_seals as seal
  order by seal.block`

/** The one expression of a function, as sql/ has it. */
function bodyOf(name: string): string {
  const source = readSources().files.find(({ id }) => id === `core/functions/${name}`)
  const body = /^begin atomic\n\s*select ([\s\S]+);\nend;$/m.exec(source?.text ?? '')?.[1]
  if (body === undefined) throw new Error(`sql/core/functions/${name}.sql has no such body`)
  return body
}
