import os from 'node:os'
import type { Command } from 'commander'
import type pg from 'pg'
import { Problem } from '../../problem.ts'
import { makeProgress } from '../../progress.ts'
import { exitCodes } from '../../run.ts'
import { readEnv } from '../../server/env.ts'
import { codecOf, customers } from '../../server/imports/customers.ts'
import { importFile, type Imported } from '../../server/imports/importer.ts'
import { openInput } from '../../server/imports/input.ts'
import { RejectFile } from '../../server/imports/rejects.ts'
import { openKeyRings } from '../../server/personal/open.ts'
import { withClient } from '../../server/postgres/connect.ts'
import { withDatabase } from '../../server/postgres/open.ts'
import { asServer, refusalOf } from '../as-server.ts'
import { print, table } from '../output.ts'

interface ImportOptions {
  readonly org: string
  readonly rejects?: string
  readonly json?: boolean
}

interface Run {
  readonly organization: string
  readonly id: string
  readonly kind: string
  readonly file_name: string | null
  readonly file_hash: string | null
  readonly started_by: string
  readonly started_at: Date
  readonly seconds: number | null
  readonly status: string
  readonly rows_read: string
  readonly rows_added: string
  readonly rows_changed: string
  readonly rows_unchanged: string
  readonly rows_rejected: string
}

export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description("bring a shop's own data from CSV files; the same file twice changes nothing")

  command
    .command('customers')
    .description('import customers; personal data are encrypted before they reach the database')
    .argument('<file>', 'the CSV file, in UTF-8 with a header; - is the standard input')
    .requiredOption('--org <slug>', 'the brand')
    .option('--rejects <file>', 'where rows go that cannot be taken; beside the input unless said')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nColumns: ${columnsOf(customers.columns)}.\n${aboutRejects}`)
    .action(async (file: string, options: ImportOptions) => {
      const imported = await importCustomers(file, options)
      print(imported, options.json, asText)
      if (imported.rejected > 0) process.exitCode = exitCodes.failed
    })

  command
    .command('list')
    .description('list the imports there were, the last one first')
    .option('--org <slug>', 'of one brand only')
    .option('--json', 'print the result as JSON')
    .action(async ({ org, json }: { org?: string; json?: boolean }) => {
      const runs = await asServer(async (client) => {
        if (org !== undefined) await brandOf(client, org)
        const { rows } = await client.query<Run>(
          `select l.organization, (l.run).id, (l.run).kind, (l.run).file_name,
             encode((l.run).file_hash, 'hex') as file_hash, (l.run).started_by,
             (l.run).started_at, (l.run).status, (l.run).rows_read, (l.run).rows_added,
             (l.run).rows_changed, (l.run).rows_unchanged, (l.run).rows_rejected,
             extract(epoch from (l.run).finished_at - (l.run).started_at)::float8 as seconds
           from app_private.list_imports() as l
           where l.organization = coalesce($1, l.organization)
           order by (l.run).started_at desc, (l.run).id desc`,
          [org ?? null],
        )
        return rows
      })
      print(runs, json, listAsText)
    })
}

const columnsOf = (columns: readonly { name: string; required: boolean }[]) =>
  columns.map(({ name, required }) => (required ? name : `${name} (optional)`)).join(', ')

const aboutRejects = `Rows that cannot be taken go to <file>.rejects.csv, each with its line, column, code and reason
before it; mended, that file can be imported like any other. The exit code is then 1.`

async function importCustomers(file: string, options: ImportOptions): Promise<Imported> {
  const env = readEnv()
  const input = openInput(file)
  const rejects = new RejectFile(file, customers.name, options.rejects)
  const progress = makeProgress()
  return withDatabase(env, progress, async ({ access }) => {
    const url = access.as('fluence_server')
    // Two connections: the keys are asked for while a batch is being merged.
    return withClient(url, (client) =>
      withClient(url, async (forKeys) => {
        const brandId = await brandOf(client, options.org)
        const rings = openKeyRings(env, forKeys)
        const target = { client, brandId, startedBy: accountName(), rejects, say: progress }
        return importFile(customers, codecOf(rings, brandId), input, target)
          .catch((error: unknown) => {
            throw refusalOf(error) ?? error
          })
          .finally(() => progress.done())
      }),
    )
  })
}

async function brandOf(client: pg.Client, slug: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'select o.id from app_public.organizations as o where o.slug = $1',
    [slug],
  )
  const [found] = rows
  if (found !== undefined) return found.id
  throw new Problem(`There is no organization "${slug}".`, 'See `fluence org list`.')
}

/** There may be none of that number, in a container for instance. */
function accountName(): string {
  try {
    return os.userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

const count = (rows: number | string) => Number(rows).toLocaleString('en')

function asText(run: Imported): string {
  const pace = Math.round(run.read / Math.max(run.seconds, 0.001))
  const lines = [
    `Read ${count(run.read)} rows in ${run.seconds.toFixed(1)} s (${count(pace)}/s): ` +
      `${count(run.added)} added, ${count(run.changed)} changed, ` +
      `${count(run.unchanged)} unchanged, ${count(run.rejected)} rejected.`,
  ]
  if (run.rejects !== null) {
    lines.push(`The rejected rows are in ${run.rejects}, each with its reason.`)
  }
  return lines.join('\n')
}

function listAsText(runs: readonly Run[]): string {
  if (runs.length === 0) return 'There was no import.'
  return table(
    [
      'brand',
      'run',
      'kind',
      'started',
      'seconds',
      'status',
      'read',
      'added',
      'changed',
      'unchanged',
      'rejected',
      'by',
      'file',
    ],
    runs.map((r) => [
      r.organization,
      r.id,
      r.kind,
      r.started_at.toISOString().slice(0, 16).replace('T', ' '),
      r.seconds?.toFixed(1) ?? '-',
      r.status,
      count(r.rows_read),
      count(r.rows_added),
      count(r.rows_changed),
      count(r.rows_unchanged),
      count(r.rows_rejected),
      r.started_by,
      r.file_name ?? '-',
    ]),
  )
}
