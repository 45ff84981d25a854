import type { Command } from 'commander'
import { Problem } from '../../problem.ts'
import { asServer } from '../as-server.ts'
import { csv } from '../csv.ts'
import { print } from '../output.ts'

interface Line {
  readonly organization: string
  readonly holder_kind: string
  readonly holder_name: string
  readonly holder: string
  readonly role: string
  readonly login_name: string
  readonly data_class: string
  readonly reads: string[]
  readonly since: Date
  readonly last_used_at: Date | null
}

export function addAccessReview(program: Command): void {
  program
    .command('access-review')
    .description('print, as CSV, who can read which sensitive data, by which role and login')
    .option('--org <slug>', 'of one organization only')
    .option('--json', 'print it as JSON')
    .action(async ({ org, json }: { org?: string; json?: boolean }) => {
      const lines = await review(org)
      if (json) print(lines, json, asCsv)
      else process.stdout.write(asCsv(lines))
    })
}

const review = (org: string | undefined) =>
  asServer(async (client) => {
    const { rows: organizations } = await client.query(
      'select from app_public.organizations as o where o.slug = coalesce($1, o.slug) limit 1',
      [org],
    )
    if (org !== undefined && organizations.length === 0) {
      throw new Problem(`There is no organization "${org}".`, 'See `fluence org list`.')
    }
    const { rows } = await client.query<Line>(
      `select * from app_private.list_access_rights() as l
       where l.organization = coalesce($1, l.organization)`,
      [org],
    )
    return rows
  })

const asCsv = (lines: readonly Line[]) =>
  csv(
    [
      'organization',
      'holder_kind',
      'holder_name',
      'holder',
      'role',
      'login_name',
      'data_class',
      'reads',
      'since',
      'last_used_at',
    ],
    lines.map((l) => [
      l.organization,
      l.holder_kind,
      l.holder_name,
      l.holder,
      l.role,
      l.login_name,
      l.data_class,
      l.reads,
      l.since,
      l.last_used_at,
    ]),
  )
