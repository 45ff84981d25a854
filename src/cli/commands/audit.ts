import { type Command, Option } from 'commander'
import type pg from 'pg'
import { Problem } from '../../problem.ts'
import { makeProgress } from '../../progress.ts'
import { exitCodes } from '../../run.ts'
import { list, type Listed, type Span } from '../../server/audit/list.ts'
import { asReader, verifyAuditLog } from '../../server/audit/open.ts'
import type { Fault, Verified } from '../../server/audit/verify.ts'
import { readEnv } from '../../server/env.ts'
import { type OpenDatabase, withDatabase } from '../../server/postgres/open.ts'
import { csv } from '../csv.ts'
import { print } from '../output.ts'

/** More than that nobody reads; what follows is counted. */
const printed = 1000

export function addAudit(program: Command): void {
  const audit = program.command('audit').description('who did what: the audit log and its seals')

  audit
    .command('verify')
    .description('compare the audit log with its seals, and these with the file outside')
    .option('--org <slug>', 'tell of rows of this organization only')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nThe exit code is 1 if something is not as it was sealed.')
    .action(verify)

  audit
    .command('list')
    .description('list entries of the audit log, oldest first')
    .option('--org <slug>', 'what concerns this organization; without it, everything')
    .option('--since <moment>', 'from when on, for example 2026-01-31 or 2026-01-31T12:00Z')
    .option('--until <moment>', 'before when')
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'json']).default('csv'))
    .action(listEntries)
}

interface VerifyOptions {
  readonly org?: string
  readonly json?: boolean
}

async function verify({ org, json }: VerifyOptions): Promise<void> {
  const faults: Fault[] = []
  const result = await inDatabase(async ({ access }, dataDir) => {
    const id = org === undefined ? undefined : await asReader(access, (c) => organization(c, org))
    return verifyAuditLog(access, dataDir, (fault) => {
      const of = fault.row?.organizationId
      // Whose a removed row was, nobody knows any more.
      const concerns = id === undefined || of === undefined || of === id
      if (concerns && faults.length < printed) faults.push(fault)
    })
  })
  print({ ...result, intact: result.faults === 0, found: faults }, json, () =>
    asText(result, faults),
  )
  if (result.faults > 0) process.exitCode = exitCodes.failed
}

function asText(result: Verified, faults: readonly Fault[]): string {
  const { rows, blocks, unsealed, compared } = result
  const more = result.faults - faults.length
  return [
    ...faults.map(({ says }) => says),
    ...(more > 0 ? [`${more} more faults are not listed.`] : []),
    `${rows} rows, ${blocks} blocks; ${compared} seals compared with those outside the database.`,
    ...(unsealed > 0 ? [`${unsealed} rows are not sealed yet.`] : []),
    ...(compared < blocks
      ? [`For ${blocks - compared} blocks there is no seal outside: rebuilt, they would pass.`]
      : []),
    result.faults === 0 ? 'Nothing was changed since it was sealed.' : 'The log was changed.',
  ].join('\n')
}

interface ListOptions {
  readonly org?: string
  readonly since?: string
  readonly until?: string
  readonly format: 'csv' | 'json'
}

async function listEntries({ org, since, until, format }: ListOptions): Promise<void> {
  const span: Span = { since: momentOf(since), until: momentOf(until) }
  await inDatabase(({ access }) =>
    asReader(access, async (client) => {
      const id = org === undefined ? undefined : await organization(client, org)
      let head = true
      await list(client, { ...span, organizationId: id }, async (entries) => {
        await write(format === 'json' ? asJson(entries) : asCsv(entries, head))
        head = false
      })
    }),
  )
}

const asJson = (entries: readonly Listed[]) =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')

function asCsv(entries: readonly Listed[], head: boolean): string {
  const rows = entries.map((entry) => Object.values(entry).map(cellOf))
  const [first = [], ...others] = head ? [Object.keys(entries[0] ?? {}), ...rows] : rows
  return csv(first.map(String), others)
}

const cellOf = (value: unknown) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')

/** Waits for whoever reads it. */
const write = (text: string) =>
  new Promise<void>((resolve) => {
    process.stdout.write(text, () => resolve())
  })

function momentOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const moment = new Date(text)
  if (!Number.isNaN(moment.getTime())) return moment
  throw new Problem(`"${text}" is no moment.`, 'Write it as 2026-01-31 or 2026-01-31T12:00Z.')
}

function inDatabase<T>(work: (database: OpenDatabase, dataDir: string) => Promise<T>): Promise<T> {
  const progress = makeProgress()
  const env = readEnv()
  return withDatabase(env, progress, (database) => {
    progress.done()
    return work(database, env.dataDir)
  })
}

async function organization(client: pg.Client, slug: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'select o.id from app_public.organizations as o where o.slug = $1',
    [slug],
  )
  if (rows[0] !== undefined) return rows[0].id
  throw new Problem(`There is no organization "${slug}".`, 'See `fluence org list`.')
}
