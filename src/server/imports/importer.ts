import { once } from 'node:events'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { Problem } from '../../problem.ts'
import { inTransaction } from '../postgres/connect.ts'
import { encodeRows, type CopyRow } from './copy.ts'
import type { Row } from './csv.ts'
import { type Header, readHeader } from './header.ts'
import type { Input } from './input.ts'
import { type ImportKind, type Prepare, RowFault } from './kind.ts'
import type { Reject, RejectFile } from './rejects.ts'

export interface Target {
  /** A connection as fluence_server of this import's own: while it lives, the run does. */
  readonly client: pg.Client
  readonly brandId: string
  readonly startedBy: string
  readonly rejects: RejectFile
  readonly say?: (line: string) => void
  readonly batchRows?: number
}

export interface Imported {
  readonly runId: string
  readonly read: number
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly rejected: number
  readonly seconds: number
  /** Where the rejected rows are. */
  readonly rejects: string | null
}

/** Rows that are ready to be merged, and what is needed to give them back. */
interface Batch {
  readonly copied: Buffer
  readonly raw: ReadonlyMap<number, Buffer>
  readonly rejects: Reject[]
}

const attempts = 5
const metOthers = new Set(['40001', '40P01'])

/**
 * Imports a file into a brand, batch by batch: rows are prepared here, copied to a table of the
 * transaction's own, and merged by one function with the counts of the run. So a batch is there whole
 * or not at all; the same file again finds what is there unchanged, and goes on with the rest.
 */
export async function importFile<Context>(
  kind: ImportKind<Context>,
  context: Context,
  input: Input,
  target: Target,
): Promise<Imported> {
  const began = performance.now()
  const rows = input.rows()
  // Before anything is noted: a file without a header of ours is no import.
  const header = await firstRow(kind, rows, target.rejects)
  const { client, brandId, startedBy } = target
  const { rows: begun } = await client.query<{ id: string }>(
    'select app_private.begin_import($1, $2, $3, $4) as id',
    [brandId, kind.name, input.name?.slice(0, 255), startedBy.slice(0, 100)],
  )
  const runId = begun[0]?.id ?? ''
  const finish = async (status: 'done' | 'failed') => {
    const { rows: runs } = await client.query<Counts>(
      'select r.* from app_private.finish_import($1, $2, $3, $4) as r',
      [brandId, runId, status, status === 'done' ? input.hash() : null],
    )
    return runs[0] as Counts
  }
  try {
    await mergeAll(kind, context, { rows, header, input, runId, target })
    const run = await finish('done')
    return {
      runId,
      read: Number(run.rows_read),
      added: Number(run.rows_added),
      changed: Number(run.rows_changed),
      unchanged: Number(run.rows_unchanged),
      rejected: Number(run.rows_rejected),
      seconds: (performance.now() - began) / 1000,
      rejects: target.rejects.path ?? null,
    }
  } catch (error) {
    // Where even that cannot be told, the next import finds the run cut off.
    await finish('failed').catch(() => {})
    throw error
  } finally {
    target.rejects.close()
  }
}

interface Counts {
  readonly rows_read: string
  readonly rows_added: string
  readonly rows_changed: string
  readonly rows_unchanged: string
  readonly rows_rejected: string
}

async function firstRow(
  { columns }: ImportKind<never>,
  rows: AsyncGenerator<Row>,
  rejects: RejectFile,
): Promise<Header> {
  const { value: first } = (await rows.next()) as { value: Row | undefined }
  if (first === undefined) throw new Problem('The file is empty.', 'Give one with a header.')
  if ('fault' in first.cells) {
    throw new Problem(
      `The first line of the file cannot be read: ${first.cells.fault}.`,
      'It must name the columns.',
    )
  }
  rejects.begin(first.raw)
  return readHeader(first.cells, columns)
}

interface Work {
  readonly rows: AsyncGenerator<Row>
  readonly header: Header
  readonly input: Input
  readonly runId: string
  readonly target: Target
}

/** While PostgreSQL merges a batch, the next one is prepared. */
async function mergeAll<Context>(
  kind: ImportKind<Context>,
  context: Context,
  work: Work,
): Promise<void> {
  const { rows, header, target } = work
  const tell = progressOf(work)
  let merging: Promise<void> = Promise.resolve()
  for await (const some of inBatches(rows, target.batchRows ?? 5000)) {
    const batch = prepareBatch(kind, header, some, await kind.prepareFor(context))
    await merging
    merging = mergeBatch(kind, work, some.length, batch).then(() => tell(some.length))
    // Its error is thrown where it is waited for.
    merging.catch(() => {})
  }
  await merging
}

async function* inBatches(rows: AsyncGenerator<Row>, size: number): AsyncGenerator<Row[]> {
  const longest = 16 * 2 ** 20
  let batch: Row[] = []
  let bytes = 0
  for await (const row of rows) {
    batch.push(row)
    bytes += row.raw.length
    if (batch.length < size && bytes < longest) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

function prepareBatch(
  kind: ImportKind<never>,
  header: Header,
  rows: readonly Row[],
  prepare: Prepare,
): Batch {
  const ready: CopyRow[] = []
  const raw = new Map<number, Buffer>()
  const rejects: Reject[] = []
  for (const row of rows) {
    try {
      ready.push({ line: BigInt(row.line), ...prepareRow(header, row, prepare) })
      raw.set(row.line, row.raw)
    } catch (error) {
      if (!(error instanceof RowFault)) throw error
      rejects.push({ ...error.fault, line: row.line, raw: row.raw })
    }
  }
  return { copied: encodeRows(kind.types, ready), raw, rejects }
}

function prepareRow(header: Header, { cells }: Row, prepare: Prepare): CopyRow {
  if ('fault' in cells) {
    throw new RowFault(null, 'FL921', `The row cannot be read: ${cells.fault}.`)
  }
  if (cells.length !== header.cells) {
    throw new RowFault(
      null,
      'FL921',
      `It has ${cells.length} cells; the first line names ${header.cells}.`,
    )
  }
  return prepare((column) => {
    const place = header.places.get(column)
    return place === undefined ? undefined : cells[place]
  })
}

async function mergeBatch(
  kind: ImportKind<never>,
  { runId, target }: Work,
  rowsRead: number,
  { copied, raw, rejects }: Batch,
): Promise<void> {
  const { client, brandId } = target
  const columns = Object.keys(kind.types).join(', ')
  const merge = async () => {
    await client.query(`select app_private.${kind.stage}()`)
    const copy = client.query(
      copyFrom(`copy pg_temp.${kind.table} (${columns}) from stdin (format binary)`),
    )
    copy.end(copied)
    await once(copy, 'finish')
    const { rows } = await client.query<{ line: string; field: string | null; code: string }>(
      `select m.* from app_private.${kind.merge}($1, $2, $3, $4, $5, $6) as m`,
      [
        brandId,
        runId,
        rowsRead,
        rejects.map(({ line }) => line),
        rejects.map(({ field }) => field),
        rejects.map(({ code }) => code),
      ],
    )
    return rows
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      const refused = await inTransaction(client, merge)
      const all = [
        ...rejects,
        ...refused.map(({ line, field, code }): Reject => {
          const reason = kind.reason(field, code)
          return { line: Number(line), field, code, reason, raw: rawOf(raw, Number(line)) }
        }),
      ]
      target.rejects.write(all.toSorted((one, other) => one.line - other.line))
      return
    } catch (error) {
      if (attempt === attempts || !metOthers.has((error as pg.DatabaseError).code ?? ''))
        throw error
    }
  }
}

function rawOf(raw: ReadonlyMap<number, Buffer>, line: number): Buffer {
  const found = raw.get(line)
  if (found === undefined) throw new Error(`line ${line} was not in the batch`)
  return found
}

const every = 1000

/** At most once a second: how many rows, how quickly, and for how long yet. */
function progressOf({ input, target }: Work): (rows: number) => void {
  const began = performance.now()
  let told = began
  let done = 0
  return (rows) => {
    done += rows
    const now = performance.now()
    if (now - told < every) return
    told = now
    const seconds = (now - began) / 1000
    const pace = Math.round(done / seconds)
    const left =
      input.size === undefined || input.read === 0
        ? ''
        : `, ${Math.ceil((seconds * (input.size - input.read)) / input.read)} s left`
    target.say?.(
      `Importing: ${done.toLocaleString('en')} rows, ${pace.toLocaleString('en')}/s${left}`,
    )
  }
}
