import fs from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import { Problem } from '../../problem.ts'
import { projectDir } from '../env.ts'
import {
  type Access,
  databaseIn,
  scramVerifier,
  type ServiceLogin,
  serviceLogins,
} from './access.ts'
import { withClient } from './connect.ts'
import { until } from './processes.ts'

/** The majors of PostgreSQL that the tests run on. */
export const supported = { oldest: 15, newest: 18 } as const

/** Makes a database ready to be migrated: its server fits, roles exist, service logins can log in. */
export async function bootstrap(access: Access): Promise<void> {
  await withClient(access.root, async (client) => {
    await checkServer(client)
    await insisting(async () => {
      await createRoles(client)
      // Before the database is open: one that is open tells others that the passwords are set.
      const changed = await ensurePasswords(client, access)
      await openDatabase(client, databaseIn(access.root))
      // Another database may have set others at the same moment.
      if (changed) await ensurePasswords(client, access)
    })
  })
}

/**
 * Roles belong to the whole cluster: another server, of this or of another database of it, may be
 * at them this moment. PostgreSQL then refuses (a duplicate, or "concurrently updated", which has
 * only the code of an internal error), and the next attempt finds what the other one did.
 */
export async function insisting(work: () => Promise<unknown>): Promise<void> {
  const codes = new Set(['23505', '42710', 'XX000', '40001', '40P01'])
  let last: unknown
  const done = await until(10_000, async () => {
    try {
      await work()
      return true
    } catch (error) {
      last = error
      if (codes.has((error as pg.DatabaseError).code ?? '')) return false
      throw error
    }
  })
  if (done !== true) throw last
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; name: string; encoding: string }>(
    `select current_setting('server_version_num')::int as number,
            current_setting('server_version') as name,
            current_setting('server_encoding') as encoding`,
  )
  const server = rows[0]
  if (server === undefined || server.number < supported.oldest * 10_000) {
    throw new Problem(
      `The database is PostgreSQL ${server?.name}, which is too old.`,
      `Fluence needs PostgreSQL ${supported.oldest} to ${supported.newest}: upgrade it, name another in DATABASE_URL, or unset DATABASE_URL to use the embedded one.`,
    )
  }
  if (server.encoding !== 'UTF8') {
    throw new Problem(
      `The database has the encoding ${server.encoding}.`,
      'Create one with the encoding UTF8 (createdb --encoding=UTF8 --template=template0) and name it in DATABASE_URL.',
    )
  }
}

async function createRoles(client: pg.Client): Promise<void> {
  const sql = fs.readFileSync(path.join(projectDir, 'sql/roles.sql'), 'utf8')
  await client.query(sql).catch((error: pg.DatabaseError) => {
    if (error.code !== '42501') throw error
    throw new Problem(
      `The login in DATABASE_URL may not create roles: ${error.message}.`,
      `As a superuser: alter role ${nameOf(client)} createrole; or, if another login made the roles of Fluence, name that one.`,
      { cause: error },
    )
  })
}

const nameOf = (client: pg.Client) => client.escapeIdentifier(client.user ?? '')

/**
 * The owner may create schemas, the server stages imports in temporary tables, the service logins may
 * connect, and nobody else.
 */
async function openDatabase(client: pg.Client, database: string): Promise<void> {
  const name = client.escapeIdentifier(database)
  const { rows } = await client.query<{ open: boolean; may: boolean }>(
    `select has_database_privilege('fluence_owner', current_database(), 'create')
              and has_database_privilege('fluence_worker', current_database(), 'connect')
              and has_database_privilege('fluence_server', current_database(), 'temporary') as open,
            pg_has_role(d.datdba, 'member') as may
     from pg_database as d where d.datname = current_database()`,
  )
  if (rows[0]?.open) return
  if (!rows[0]?.may) {
    throw new Problem(
      `The login in DATABASE_URL does not own the database ${database}.`,
      `As a superuser: alter database ${name} owner to ${nameOf(client)};`,
    )
  }
  await client.query(
    `revoke all on database ${name} from public;
     grant create on database ${name} to fluence_owner;
     grant temporary on database ${name} to fluence_server;
     grant connect on database ${name} to ${serviceLogins.join(', ')}`,
  )
}

/**
 * Sets a password only where the login fails, so that several servers do not overwrite each other.
 * Answers whether it did.
 */
async function ensurePasswords(client: pg.Client, access: Access): Promise<boolean> {
  let changed = false
  for (const login of serviceLogins) {
    if (await canLogIn(access, login)) continue
    const refusal = await refusalOfOthersLogins(client)
    // Of two that prepare at once, one finds that the other one has just set the same passwords.
    if (refusal !== undefined && (await canLogIn(access, login))) continue
    if (refusal !== undefined) throw refusal
    await setPassword(client, access, login)
    changed = true
  }
  return changed
}

async function canLogIn(access: Access, login: ServiceLogin): Promise<boolean> {
  try {
    await withClient(access.as(login), async (own) => {
      const { rows } = await own.query<{ name: string }>('select session_user as name')
      if (rows[0]?.name === login) return
      throw new Problem(
        `The database takes ${login} for ${rows[0]?.name}.`,
        'Each login must be itself: check pg_ident.conf, and any pooler in between.',
      )
    })
    return true
  } catch (error) {
    const { code } = Object(error instanceof Problem ? error.cause : error) as { code?: string }
    if (code === '28P01' || code === '28000') return false
    // The password is right, and the database not open yet.
    if (code === '42501') return true
    throw error
  }
}

/** The logins belong to the whole cluster: with other passwords, other databases would be locked out. */
async function refusalOfOthersLogins(client: pg.Client): Promise<Problem | undefined> {
  const { rows: others } = await client.query<{ name: string }>(
    `select d.datname as name
     from pg_database as d
     where d.datname <> current_database()
       and exists (
         select from aclexplode(d.datacl) as a
         where a.grantee = to_regrole('fluence_worker') and a.privilege_type = 'CONNECT'
       )
     order by d.datname`,
  )
  const [first] = others
  if (first === undefined) return undefined
  const names = others.map(({ name }) => client.escapeIdentifier(name))
  return new Problem(
    `Another database of this server uses the logins of Fluence with another secret: ${first.name}.`,
    `Set FLUENCE_SECRET to the one that is used there (unset, it is the password in DATABASE_URL). If it is not in use any more, or is to get this secret, too: revoke connect on database ${names.join(', ')} from fluence_worker;`,
  )
}

async function setPassword(client: pg.Client, access: Access, login: ServiceLogin): Promise<void> {
  const verifier = client.escapeLiteral(scramVerifier(access.passwordOf(login)))
  await client.query(`alter role ${login} login password ${verifier}`).catch((refusal) => {
    if (refusal.code !== '42501') throw refusal
    throw new Problem(
      `The login in DATABASE_URL may not set the password of ${login}: ${refusal.message}.`,
      `Name the login that made the roles of Fluence; or as a superuser: alter role ${nameOf(client)} createrole; grant ${serviceLogins.join(', ')} to ${nameOf(client)} with admin option;`,
      { cause: refusal },
    )
  })
}
