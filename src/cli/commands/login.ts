import { type Command, InvalidArgumentError } from 'commander'
import type pg from 'pg'
import { Problem } from '../../problem.ts'
import { makeProgress } from '../../progress.ts'
import { readEnv } from '../../server/env.ts'
import { DatabaseLogins, peopleUrl } from '../../server/identity/database-logins.ts'
import { oneAddress } from '../../server/mail/address.ts'
import type { Access } from '../../server/postgres/access.ts'
import { withClient } from '../../server/postgres/connect.ts'
import { withDatabase } from '../../server/postgres/open.ts'
import { print, table } from '../output.ts'

interface Named {
  readonly org: string
  readonly name: string
}

interface CreateOptions extends Named {
  readonly role: string
  readonly expires?: string
  readonly connections: number
  readonly for?: string
  readonly json?: boolean
}

interface Listed {
  readonly organization: string
  readonly name: string
  readonly login_name: string
  readonly holder: string | null
  readonly role: string
  readonly expires_at: Date | null
  readonly connection_limit: number
  readonly last_used_at: Date | null
  readonly revoked_at: Date | null
}

export function addLogin(program: Command): void {
  const login = program.command('login').description('database logins of people and BI tools')

  login
    .command('create')
    .description('make a database login, and print its address, which has its password, this once')
    .requiredOption('--role <role>', 'its one role, for example analyst or report_reader')
    .requiredOption('--org <slug>', 'the organization that it acts for')
    .requiredOption('--name <name>', 'its name there: lower case letters, digits, underscores')
    .option(
      '--expires <time>',
      'how long it lives, in days, weeks or hours: 90d, 12w, 8h',
      lifetime,
    )
    .option('--connections <number>', 'how many connections it may hold at once', toNumber, 5)
    .option('--for <mail>', 'the member whose login it is; it ends with the membership')
    .option('--json', 'print the result as JSON')
    .action(async (options: CreateOptions) => {
      const { role, name, expires: expiresAt, connections } = options
      const made = await withLogins(options, async (logins, organizationId, access) => {
        const membershipId = await membershipOf(access, organizationId, options.for)
        const wanted = { role, name, expiresAt, connections, membershipId }
        return logins.create({ organizationId }, wanted)
      })
      print(
        made,
        options.json,
        (m) =>
          `${m.connectionString}\n\nThe login ${m.loginName}. Its password is not shown again.`,
      )
    })

  login
    .command('list')
    .description('list the database logins, also those that are over')
    .option('--org <slug>', 'of one organization only')
    .option('--json', 'print the result as JSON')
    .action(async ({ org, json }: { org?: string; json?: boolean }) => {
      const progress = makeProgress()
      const all = await withDatabase(readEnv(), progress, async ({ access }) => {
        progress.done()
        return withClient(access.as('fluence_server'), async (client) => {
          if (org !== undefined) await idOf(client, org)
          const { rows } = await client.query<Listed>(
            `select * from app_private.list_database_logins() as l
             where l.organization = coalesce($1, l.organization)`,
            [org ?? null],
          )
          return rows
        })
      })
      print(all, json, asText)
    })

  login
    .command('revoke')
    .description('end a database login and its connections')
    .requiredOption('--org <slug>', 'the organization that it acts for')
    .requiredOption('--name <name>', 'its name there')
    .action(async (options: Named) => {
      await withLogins(options, (logins, organizationId) =>
        logins.revoke({ organizationId }, options.name),
      )
      process.stdout.write(`The login ${options.name} of ${options.org} is over.\n`)
    })
}

async function withLogins<T>(
  options: Named,
  work: (logins: DatabaseLogins, organizationId: string, access: Access) => Promise<T>,
): Promise<T> {
  const progress = makeProgress()
  const env = readEnv()
  return withDatabase(env, progress, async ({ access }) => {
    progress.done()
    const id = await withClient(access.as('fluence_server'), (client) => idOf(client, options.org))
    const logins = new DatabaseLogins(access.root, peopleUrl(env, access.root))
    return work(logins, id, access).catch((error: unknown) => {
      throw explainRefusal(error, options) ?? error
    })
  })
}

async function idOf(client: pg.Client, slug: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'select o.id from app_public.organizations as o where o.slug = $1',
    [slug],
  )
  const [found] = rows
  if (found !== undefined) return found.id
  throw new Problem(`There is no organization "${slug}".`, 'See `fluence org list`.')
}

async function membershipOf(
  access: Access,
  organizationId: string,
  mail: string | undefined,
): Promise<string | undefined> {
  if (mail === undefined) return undefined
  const { rows } = await withClient(access.as('fluence_server'), (client) =>
    client.query<{ id: string }>('select app_private.membership_of($1, $2) as id', [
      organizationId,
      oneAddress(mail),
    ]),
  )
  return rows[0]?.id
}

function asText(all: readonly Listed[]): string {
  if (all.length === 0) return 'There is no database login.'
  const day = (date: Date | null) => date?.toISOString().slice(0, 16).replace('T', ' ') ?? '-'
  return table(
    [
      'organization',
      'name',
      'role',
      'login',
      'for',
      'connections',
      'expires',
      'last used',
      'over since',
    ],
    all.map((l) => [
      l.organization,
      l.name,
      l.role,
      l.login_name,
      l.holder ?? '-',
      String(l.connection_limit),
      day(l.expires_at),
      day(l.last_used_at),
      day(l.revoked_at),
    ]),
  )
}

const hoursIn: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168 }

function lifetime(text: string): string {
  const [, count, unit = ''] = /^([1-9]\d{0,3})([hdw])$/.exec(text) ?? []
  const hours = Number(count) * (hoursIn[unit] ?? Number.NaN)
  if (Number.isNaN(hours)) throw new InvalidArgumentError('For example 90d, 12w or 8h.')
  return new Date(Date.now() + hours * 3_600_000).toISOString()
}

function toNumber(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a number.')
}

/** The constraints say what is allowed; this says it in the words of the command line. */
function explainRefusal(error: unknown, { name, org }: Named): Problem | undefined {
  const { code, constraint, message, hint } = error as pg.DatabaseError
  if (code?.startsWith('FL')) return new Problem(message, hint ?? '', { cause: error })
  if (code === '22P02') {
    return new Problem('There is no such role.', 'Choose one of docs/reference, such as analyst.')
  }
  if (code === '42501') {
    return new Problem(
      `The login in DATABASE_URL may not do this: ${message}.`,
      'Name the login that made the roles of Fluence.',
    )
  }
  switch (constraint) {
    case 'database_logins_live_name_key':
      return new Problem(
        `${org} has a login ${name} already.`,
        'Choose another name, or revoke that one first.',
      )
    case 'database_login_name_form_check':
    case 'database_login_name_free_check':
      return new Problem(
        `"${name}" cannot be the name of a login.`,
        'Use 1 to 40 lower case letters, digits and underscores, a letter first and not pg_.',
      )
    case 'database_logins_connection_limit_check':
      return new Problem('This is no limit of connections.', 'Use 1 to 60.')
    default:
      return undefined
  }
}
