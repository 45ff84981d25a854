import fs from 'node:fs'
import type { Command } from 'commander'
import pg from 'pg'
import { Problem } from '../../problem.ts'
import { oneAddress } from '../../server/mail/address.ts'
import { inTransaction } from '../../server/postgres/connect.ts'
import { asServer, refusalOf } from '../as-server.ts'
import { print } from '../output.ts'

interface Options {
  readonly mail: string
  readonly name: string
  readonly org: string
  readonly role: string
  readonly locale: string
  readonly passwordStdin?: boolean
  readonly json?: boolean
}

export function addUser(program: Command): void {
  const user = program.command('user').description('people who sign in')

  user
    .command('create')
    .description('create a person as a member of an organization; you vouch for the address')
    .requiredOption('--mail <address>', 'what the person signs in with')
    .requiredOption('--name <name>', 'name as people write it')
    .requiredOption('--org <slug>', 'organization')
    .requiredOption('--role <role>', 'for example admin, analyst, finance_manager')
    .option('--locale <code>', 'language of mails', 'en')
    .option('--password-stdin', 'read the password from the standard input; else one is made')
    .option('--json', 'print the result as JSON')
    .action(async (given: Options) => {
      const options = { ...given, mail: oneAddress(given.mail) }
      const password = await choosePassword(options)
      const id = await create(options, password)
      print({ id, mail: options.mail, password }, options.json, (made) =>
        options.passwordStdin
          ? `Created ${made.mail} with the id ${made.id}.`
          : `Created ${made.mail} with the id ${made.id} and the password ${made.password}`,
      )
    })

  user
    .command('remove-second-factor')
    .description('take the second factor from a person who lost it; make sure first who asks')
    .requiredOption('--mail <address>', 'what the person signs in with')
    .action(async ({ mail }: { readonly mail: string }) => {
      await asServer((client) =>
        client.query('select app_private.reset_second_factor_of($1)', [oneAddress(mail)]),
      ).catch((error: unknown) => {
        throw refusalOf(error) ?? error
      })
      process.stdout.write(`${mail} signs in with the password alone now; all sessions ended.\n`)
    })
}

/** Bcrypt and the rule for passwords are loaded here, because no other command needs them. */
async function choosePassword({ passwordStdin, mail, name }: Options): Promise<string> {
  const { brokenRules, newPassword } = await import('../../server/identity/password-rule.ts')
  if (!passwordStdin) return newPassword()
  const password = fs.readFileSync(0, 'utf8').replace(/\r?\n$/, '')
  const broken = brokenRules(password, { mail, name })
  if (broken.length === 0) return password
  const { inWords } = await import('../../server/identity/accounts.ts')
  const rules = broken.map((rule) => inWords[rule]).join(', ')
  throw new Problem('This password cannot be used.', `A password must ${rules}.`)
}

async function create(options: Options, password: string): Promise<string> {
  const { makePasswords } = await import('../../server/identity/passwords.ts')
  const passwords = makePasswords()
  const hash = await passwords.hashPassword(password)
  await passwords.close()
  try {
    return await asServer((client) => inTransaction(client, () => write(client, options, hash)))
  } catch (error) {
    throw explain(error, options) ?? error
  }
}

async function write(client: pg.Client, options: Options, hash: string): Promise<string> {
  const { mail, name, org, role, locale } = options
  const { rows: found } = await client.query<{ id: string }>(
    'select o.id from app_public.organizations as o where o.slug = $1',
    [org],
  )
  if (found[0] === undefined) {
    throw new Problem(
      `There is no organization "${org}".`,
      '`fluence org list` shows what there is.',
    )
  }
  const { rows } = await client.query<{ id: string }>(
    'select app_private.create_account($1, $2, $3, $4) as id',
    [mail, name, locale, hash],
  )
  const id = rows[0]?.id ?? ''
  await client.query('select app_private.add_member($1, $2, $3)', [found[0].id, id, role])
  return id
}

/** The constraints say what is allowed; this says it in the words of the command line. */
function explain(error: unknown, { mail, role }: Options): Problem | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined
  const { code, constraint } = error
  if (constraint === 'user_accounts_mail_key_key') {
    return new Problem(`There is somebody with the address ${mail} already.`, 'Use another one.')
  }
  if (code === '22P02') {
    return new Problem(`There is no role "${role}".`, 'docs/reference/identity.md lists the roles.')
  }
  if (code === '23514') {
    return new Problem(
      'The mail, the name or the locale is not one.',
      'For example --mail ann@example.org --name Ann --locale en.',
    )
  }
  return refusalOf(error)
}
