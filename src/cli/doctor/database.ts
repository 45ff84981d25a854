import fs from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import { type Env, projectDir } from '../../server/env.ts'
import {
  type Access,
  accessThrough,
  databaseIn,
  serviceLogins,
} from '../../server/postgres/access.ts'
import { supported } from '../../server/postgres/bootstrap.ts'
import { ClusterFolder } from '../../server/postgres/cluster.ts'
import { withClient } from '../../server/postgres/connect.ts'
import { loadedHash } from '../../server/postgres/loader.ts'
import { pendingMigrations } from '../../server/postgres/migrate.ts'
import { embeddedAccess, secretOf } from '../../server/postgres/open.ts'
import { readSources } from '../../server/postgres/sources.ts'
import { type Finding, findingsOf } from './finding.ts'
import { checkHardening, checkOtherDatabases } from './hardening.ts'
import { checkLoginWatch } from './login-watch.ts'

const { ok, warning, problem, failure } = findingsOf('database')
const migrate = 'npm run -s fluence -- migrate'

type Check = (client: pg.Client, env: Env) => Promise<Finding | Finding[]>

/** As the login that may create roles, then as the migrator, which sees all that is ours. */
export async function checkDatabase(env: Env): Promise<Finding[]> {
  const access = reach(env)
  if ('status' in access) return [access]
  try {
    return [
      ...(await looking(access.root, env, [
        checkServer,
        checkSafety,
        checkRights,
        checkRoles,
        ...(env.databaseUrl === undefined ? [] : [checkHardening]),
        checkOtherDatabases,
      ])),
      ...(await checkLogins(access)),
      ...(await checkLoginWatch(access).catch(() => [])),
      ...(await looking(access.as('fluence_migrator'), env, [
        checkMigrations,
        checkSources,
        checkLint,
      ]).catch(() => [])),
    ]
  } catch (error) {
    return [failure(error)]
  }
}

/** How to reach the database; the embedded one is looked into only while it runs. */
function reach(env: Env): Access | Finding {
  if (env.databaseUrl !== undefined) {
    try {
      return accessThrough(env.databaseUrl, secretOf(env, env.databaseUrl))
    } catch (error) {
      return failure(error)
    }
  }
  const folder = new ClusterFolder(env.dataDir)
  if (!folder.exists) return warning(`There is no database in ${folder.dir} yet.`, 'npm start')
  const running = folder.running()
  const password = folder.password()
  if (running === undefined) {
    return warning('The embedded PostgreSQL does not run, so nobody looked into it.', 'npm start')
  }
  if (password === undefined) {
    return problem(
      `The superuser's password cannot be read: ${folder.passwordFile}.`,
      'Run this as the user who runs Fluence.',
    )
  }
  return embeddedAccess(password, running.port)
}

/** Makes some checks on one connection that can change nothing. */
function looking(url: string, env: Env, checks: readonly Check[]): Promise<Finding[]> {
  return withClient(url, async (client) => {
    await client.query('set role none')
    await client.query('set session characteristics as transaction read only')
    const findings: Finding[] = []
    for (const check of checks) {
      findings.push(...[await check(client, env).catch(failure)].flat())
    }
    return findings
  })
}

async function one<T>(client: pg.Client, sql: string, values: unknown[] = []): Promise<T> {
  return (await client.query(sql, values)).rows[0] as T
}

const checkServer: Check = async (client) => {
  const server = await one<{ number: number; name: string; encoding: string }>(
    client,
    `select current_setting('server_version_num')::int as number,
            current_setting('server_version') as name,
            current_setting('server_encoding') as encoding`,
  )
  return [
    judgeVersion(Math.floor(server.number / 10_000), server.name),
    server.encoding === 'UTF8'
      ? ok('encoding UTF8')
      : problem(
          `The database has the encoding ${server.encoding}.`,
          'Create one with the encoding UTF8 and name it in DATABASE_URL.',
        ),
  ]
}

export function judgeVersion(major: number, name: string): Finding {
  const range = `PostgreSQL ${supported.oldest} to ${supported.newest}`
  if (major < supported.oldest) {
    return problem(`PostgreSQL ${name} is too old.`, `Upgrade it: Fluence needs ${range}.`)
  }
  if (major > supported.newest) {
    return warning(
      `PostgreSQL ${name} is newer than what this release was tested on.`,
      `Use ${range}, or a newer Fluence if there is one.`,
    )
  }
  return ok(`PostgreSQL ${name}`)
}

const checkSafety: Check = async (client) => {
  const settings = ['fsync', 'full_page_writes', 'synchronous_commit']
  const { off } = await one<{ off: string[] }>(
    client,
    `select coalesce(array_agg(s.name::text order by s.name), '{}') as off
     from pg_settings as s where s.name = any ($1) and s.setting = 'off'`,
    [settings],
  )
  return off.length === 0
    ? ok('what is committed is on disk')
    : warning(
        `After a power failure what was committed may be lost: ${off.join(', ')} is off.`,
        `Switch ${off.join(', ')} on in postgresql.conf.`,
      )
}

const rolesOfTheHouse = () => {
  const sql = fs.readFileSync(path.join(projectDir, 'sql/roles.sql'), 'utf8')
  return [...new Set(sql.match(/(?<=')fluence_\w+(?=')/g))]
}

async function missingRoles(client: pg.Client): Promise<string[]> {
  const { missing } = await one<{ missing: string[] }>(
    client,
    `select coalesce(array_agg(name), '{}') as missing
     from unnest($1::text[]) as name where to_regrole(name) is null`,
    [rolesOfTheHouse()],
  )
  return missing
}

const checkRights: Check = async (client, env) => {
  const may = await one<{ login: string; create: boolean; own: boolean }>(
    client,
    `select r.rolname as login,
            r.rolcreaterole or r.rolsuper as create,
            pg_has_role(d.datdba, 'member') as own
     from pg_roles as r, pg_database as d
     where r.rolname = session_user and d.datname = current_database()`,
  )
  const login = client.escapeIdentifier(may.login)
  const missing = await missingRoles(client)
  const findings: Finding[] = []
  if (!may.create) {
    const find = missing.length > 0 ? problem : warning
    findings.push(
      find(
        `The login ${login} may not create roles, which a new release may need.`,
        `As a superuser: alter role ${login} createrole;`,
      ),
    )
  }
  if (!may.own) {
    const database = client.escapeIdentifier(databaseIn(env.databaseUrl ?? ''))
    findings.push(
      problem(
        `The login ${login} does not own the database.`,
        `As a superuser: alter database ${database} owner to ${login};`,
      ),
    )
  }
  return findings.length > 0 ? findings : ok(`login ${login} creates roles and owns the database`)
}

const checkRoles: Check = async (client) => {
  const missing = await missingRoles(client)
  return missing.length === 0
    ? ok(`all ${rolesOfTheHouse().length} roles are there`)
    : problem(`Roles are missing: ${missing.join(', ')}.`, migrate)
}

/** Whether the service logins can log in with the passwords that this server knows. */
async function checkLogins(access: Access): Promise<Finding[]> {
  const refused: string[] = []
  for (const login of serviceLogins) {
    await withClient(access.as(login), async () => {}).catch(() => refused.push(login))
  }
  return refused.length === 0
    ? [ok('the service logins can log in')]
    : [
        problem(
          `Logins are refused: ${refused.join(', ')}.`,
          `If another server of this database has another FLUENCE_SECRET, give this one the same; then: ${migrate}`,
        ),
      ]
}

const checkMigrations: Check = async (client) => {
  const pending = await pendingMigrations(client)
  return pending.length === 0
    ? ok('all migrations have run')
    : problem(
        `Migrations have not run: ${pending.map(({ filename }) => filename).join(', ')}.`,
        migrate,
      )
}

const checkSources: Check = async (client) => {
  const [loaded, wanted] = [await loadedHash(client), readSources().hash]
  if (loaded === wanted) return ok('sql/ is loaded')
  return problem(
    loaded === undefined
      ? 'sql/ is not loaded, so the database is closed.'
      : 'The database runs another state of sql/ than this checkout.',
    migrate,
  )
}

/** The rules of the house: each view in the schema lint must return no row. */
const checkLint: Check = async (client) => {
  const { rows: rules } = await client.query<{ name: string }>(
    `select c.relname as name
     from pg_class as c
     where c.relnamespace = to_regnamespace('lint') and c.relkind = 'v'
     order by c.relname`,
  )
  const broken: Finding[] = []
  for (const { name } of rules) {
    const { count, first } = await one<{ count: number; first: string }>(
      client,
      `select count(*)::int as count, min(l.object || ' ' || l.fault) as first
       from lint.${client.escapeIdentifier(name)} as l`,
    )
    if (count === 0) continue
    const more = count > 1 ? `, and ${count - 1} more` : ''
    broken.push(
      problem(`Rule ${name} is broken: ${first}${more}.`, `See all: select * from lint.${name};`),
    )
  }
  return broken.length > 0 ? broken : ok(`all ${rules.length} rules of the house are kept`)
}
