import crypto, { type KeyObject } from 'node:crypto'
import { Unreadable } from './faults.ts'
import type { Database, DataKey, KeyRings } from './key-rings.ts'
import { seal, unseal } from './seal.ts'
import { pause } from '../postgres/processes.ts'

interface SealedTable {
  readonly name: string
  readonly kind: string
}

interface SealedRow {
  readonly person_ref: string
  readonly key_version: number
  /** Of each sealed column, what stands in it as PostgreSQL writes bytes: \x and hex. */
  readonly fields: Readonly<Record<string, string | null>>
}

/** A row that no key of its ring opens. */
export interface DamagedRow {
  readonly table: string
  readonly person_ref: string
}

export interface Renewed {
  readonly rows: number
  readonly damaged: readonly DamagedRow[]
}

export interface RenewalOptions {
  readonly batch?: number
  /** Is told after each batch how many rows are renewed. */
  readonly tell?: (rows: number) => void
}

const lowest = '00000000-0000-0000-0000-000000000000'

/**
 * Seals everything of a ring with its newest key that an older one has sealed. Each batch is a
 * transaction of its own: cut off, it goes on with the next call. Who reads meanwhile finds the key
 * that a row names; who writes meanwhile is not overwritten.
 */
export async function renewRing(
  database: Database,
  rings: KeyRings,
  ring: string,
  { batch = 500, tell = () => {} }: RenewalOptions = {},
): Promise<Renewed> {
  const target = await rings.forSealing(ring)
  const { rows: tables } = await database.query<SealedTable>(
    'select s.name, s.kind from app_private.sealed_tables as s order by s.name',
  )
  const work = { database, openers: await rings.forOpening(ring), ring, target, batch }
  const damaged: DamagedRow[] = []
  let renewed = 0
  for (const table of tables) {
    // Two at once begin in different places, so that they seldom do the same rows.
    let start: string = crypto.randomUUID()
    for (;;) {
      const round = await renewTable(work, table, start, (rows) => tell((renewed += rows)))
      if (start === lowest && round.renewed === 0 && round.left === 0) {
        damaged.push(...round.damaged)
        break
      }
      // Somebody holds what is left.
      if (round.renewed === 0 && round.left > 0) await pause(200)
      start = lowest
    }
  }
  return { rows: renewed, damaged }
}

interface Work {
  readonly database: Database
  /** By version; an older one than the target is never made any more. */
  readonly openers: ReadonlyMap<number, KeyObject>
  readonly ring: string
  readonly target: DataKey
  readonly batch: number
}

/** Once through the rows of a table that come after one. */
async function renewTable(
  work: Work,
  table: SealedTable,
  start: string,
  tell: (rows: number) => void,
) {
  const { database, ring, target, batch } = work
  const damaged: DamagedRow[] = []
  let [after, renewed, left] = [start, 0, 0]
  for (;;) {
    const { rows } = await database.query<SealedRow>(
      'select r.* from app_private.next_sealed_rows($1, $2, $3, $4, $5) as r',
      [table.name, ring, target.version, after, batch],
    )
    const last = rows.at(-1)
    if (last === undefined) return { renewed, left, damaged }
    after = last.person_ref
    const opened: SealedRow[] = []
    for (const row of rows) {
      try {
        opened.push(sealAnew(work, table, row))
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error
        damaged.push({ table: table.name, person_ref: row.person_ref })
      }
    }
    const { rows: done } = await database.query<{ count: number }>(
      'select app_private.renew_sealed_rows($1, $2, $3, $4) as count',
      [table.name, ring, target.version, JSON.stringify(opened)],
    )
    const count = done[0]?.count ?? 0
    renewed += count
    left += opened.length - count
    tell(count)
  }
}

function sealAnew({ openers, ring, target }: Work, table: SealedTable, row: SealedRow): SealedRow {
  const { person_ref: ref, key_version: was } = row
  const old = openers.get(was)
  if (old === undefined) throw new Unreadable()
  const fields = Object.entries(row.fields).map(([column, text]) => {
    if (text === null) return [column, null]
    const bound = { ring, kind: `${table.kind}.${column}`, ref }
    const clear = unseal(old, { ...bound, version: was }, fromHex(text))
    return [column, toHex(seal(target.key, { ...bound, version: target.version }, clear))]
  })
  return { person_ref: ref, key_version: was, fields: Object.fromEntries(fields) }
}

const fromHex = (text: string) => Buffer.from(text.slice(2), 'hex')
const toHex = (bytes: Buffer) => `\\x${bytes.toString('hex')}`
