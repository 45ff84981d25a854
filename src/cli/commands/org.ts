import { type Command, Option } from 'commander'
import type pg from 'pg'
import { Problem } from '../../problem.ts'
import { asServer, refusalOf } from '../as-server.ts'
import { print, table } from '../output.ts'

interface Organization {
  readonly id: string
  readonly kind: string
  readonly slug: string
  readonly name: string
  readonly time_zone: string
  readonly currency: string
}

const columns = 'o.id, o.kind, o.slug, o.name, o.time_zone, o.currency'

export function addOrg(program: Command): void {
  const org = program.command('org').description('organizations: brands, agencies, the platform')

  org
    .command('create')
    .description('create an organization')
    .requiredOption('--slug <slug>', 'short name: lower case letters, digits, hyphens')
    .requiredOption('--name <name>', 'name as people write it')
    .requiredOption('--timezone <zone>', 'reporting time zone, for example Europe/Istanbul')
    .requiredOption('--currency <code>', 'default currency, for example TRY')
    .addOption(
      new Option('--kind <kind>', 'what it is')
        .choices(['brand', 'agency', 'platform'])
        .default('brand'),
    )
    .option('--json', 'print the result as JSON')
    .action(async (options: CreateOptions) => {
      const made = await asServer(async (client) => {
        const { rows } = await client.query<Organization>(
          `select ${columns} from app_private.create_organization($1, $2, $3, $4, $5) as o`,
          [options.kind, options.slug, options.name, options.timezone, options.currency],
        )
        return rows
      }).catch((error: unknown) => {
        throw explainRefusal(error, options) ?? error
      })
      print(made[0], options.json, (o) => `Created the ${o?.kind} ${o?.slug} with the id ${o?.id}.`)
    })

  org
    .command('list')
    .description('list the organizations')
    .option('--json', 'print the result as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const all = await asServer(async (client) => {
        const { rows } = await client.query<Organization>(
          `select ${columns} from app_public.organizations as o order by o.id`,
        )
        return rows
      })
      print(all, json, (rows) =>
        table(
          ['id', 'kind', 'slug', 'name', 'time zone', 'currency'],
          rows.map((o) => [o.id, o.kind, o.slug, o.name, o.time_zone, o.currency]),
        ),
      )
    })
}

interface CreateOptions {
  readonly kind: string
  readonly slug: string
  readonly name: string
  readonly timezone: string
  readonly currency: string
  readonly json?: boolean
}

/** The constraints say what is allowed; this says it in the words of the command line. */
function explainRefusal(error: unknown, options: CreateOptions): Problem | undefined {
  const { constraint } = error as pg.DatabaseError
  switch (constraint) {
    case 'organizations_slug_key':
      return new Problem(
        `There is an organization "${options.slug}" already.`,
        'Choose another slug.',
      )
    case 'organizations_slug_form_check':
      return new Problem(
        `"${options.slug}" cannot be a slug.`,
        'Use 2 to 40 lower case letters, digits and hyphens, with no hyphen at either end.',
      )
    case 'organizations_name_length_check':
      return new Problem('This name cannot be used.', 'Use 1 to 100 characters.')
    case 'organizations_currency_fkey':
      return new Problem(
        `There is no currency "${options.currency}".`,
        'Use a code of ISO 4217 in upper case, for example EUR.',
      )
    default:
      return refusalOf(error)
  }
}
