import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { readTar } from '../../../src/server/postgres/backup/tar.ts'
import { type Program, query, superuserUrl } from '../../harness/processes.ts'
import type { Brood } from './canaries.ts'

/** Somewhere that something could have been left. */
export interface Place {
  readonly name: string
  readonly bytes: Buffer
}

export interface Found {
  readonly place: string
  readonly form: string
  readonly around: string
}

/** What is found of a brood; once per place and form. */
export function* lookFor(brood: Brood, places: Iterable<Place>): Generator<Found> {
  const { needles } = brood
  for (const { name, bytes } of places) {
    const forms = new Set<string>()
    for (const [form, needle] of needles) {
      const at = bytes.indexOf(needle)
      if (at === -1 || forms.has(form)) continue
      forms.add(form)
      yield { place: name, form, around: around(bytes, at, needle.length) }
    }
  }
}

const around = (bytes: Buffer, at: number, length: number) =>
  bytes
    .subarray(Math.max(0, at - 40), at + length + 40)
    .toString('latin1')
    .replaceAll(/[^ -~]+/g, '·')

/** Whose rows a file of PostgreSQL holds, by its path below the data; an index is its table. */
export async function relationFiles(dataDir: string): Promise<Map<string, string>> {
  const rows = await query<{ path: string; name: string }>(
    superuserUrl(dataDir),
    `select pg_relation_filepath(c.oid) as path,
       coalesce(i.indrelid, o.oid, c.oid)::regclass::text as name
     from pg_class as c
     left join pg_index as i on i.indexrelid = c.oid
     left join pg_class as o on o.reltoastrelid = c.oid
     where pg_relation_filepath(c.oid) is not null`,
  )
  return new Map(rows.map((row) => [row.path, row.name]))
}

/** A file of the data is named after the rows that it holds; all WAL is one place. */
function called(file: string, relations: ReadonlyMap<string, string>): string {
  if (/(^|\/)(pg_wal|wal)\//.test(file)) return 'wal'
  const inside = /(?:^|\/)((?:base|global)\/.*)$/.exec(file)?.[1] ?? file
  const relation = relations.get(inside.replace(/(_(fsm|vm|init))?(\.\d+)?$/, ''))
  return relation === undefined ? file : `data of ${relation}`
}

function* filesIn(dir: string): Generator<string> {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) yield path.join(entry.parentPath, entry.name)
  }
}

/** Every byte of every file; what comes and goes meanwhile is left out. */
export function* placesIn(
  dir: string,
  title: string,
  relations: ReadonlyMap<string, string>,
): Generator<Place> {
  for (const file of filesIn(dir)) {
    const name = path.relative(dir, file)
    if (name.endsWith('base.tar')) {
      for (const { name: inside, content } of readTar(file)) {
        const bytes = Buffer.concat([...content].map((piece) => Buffer.from(piece)))
        yield { name: `${title}: ${called(inside, relations)}`, bytes }
      }
      continue
    }
    let bytes: Buffer
    try {
      bytes = fs.readFileSync(file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
      throw error
    }
    yield { name: `${title}: ${called(name, relations)}`, bytes }
  }
}

/** Every row of every table and view of the catalog, as text: what a dump would hold, and more. */
export async function rowsOf(dataDir: string): Promise<Place[]> {
  const client = new pg.Client({ connectionString: superuserUrl(dataDir) })
  await client.connect()
  try {
    const { rows: relations } = await client.query<{ name: string }>(
      `select c.oid::regclass::text as name
       from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'm')
          or c.relkind = 'v' and c.relname in (
            'pg_stat_activity', 'pg_stat_statements', 'pg_stats', 'pg_prepared_statements',
            'pg_cursors', 'pg_settings', 'pg_stat_progress_copy'
          )
       order by 1`,
    )
    const places: Place[] = []
    for (const { name } of relations) {
      const { rows } = await client.query<{ text: string }>(
        `select t::text as text from ${name} as t`,
      )
      places.push({
        name: `rows of ${name}`,
        bytes: Buffer.from(rows.map(({ text }) => text).join('\n')),
      })
    }
    return places
  } finally {
    await client.end()
  }
}

/** What a server has said, and what its metrics say. */
export async function saidBy(program: Program, url: string): Promise<Place[]> {
  const metrics = await fetch(`${url}/metrics`, { headers: { connection: 'close' } })
  return [
    { name: 'stdout', bytes: Buffer.from(program.stdout) },
    { name: 'stderr', bytes: Buffer.from(program.stderr) },
    { name: 'metrics', bytes: Buffer.from(await metrics.text()) },
  ]
}
