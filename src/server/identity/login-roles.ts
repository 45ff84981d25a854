import crypto from 'node:crypto'
import pg from 'pg'
import { scramVerifier } from '../postgres/access.ts'
import { inTransaction } from '../postgres/connect.ts'
import { until } from '../postgres/processes.ts'

/** How long a statement of a database login may take, a transaction of it wait for the next, and last. */
export interface Limits {
  readonly statementMs: number
  readonly idleMs: number
  readonly transactionMs: number
}
export const limits: Limits = { statementMs: 300_000, idleMs: 60_000, transactionMs: 600_000 }

/** For the seeds' own names: both documents have a table `users`, and the shop's goes first. */
const paths: Readonly<Record<string, string>> = { report_reader: 'staff, reporting' }
const usualPath = 'reporting, app_public, compat_shop, compat_marketing'

/**
 * What a login starts each session with, as far as the server knows of it. It may SET all but the last;
 * the watch knows (login-watch.ts).
 */
export function settingsFor(role: string, all: Limits = limits) {
  return {
    search_path: paths[role] ?? usualPath,
    statement_timeout: `${all.statementMs}ms`,
    idle_in_transaction_session_timeout: `${all.idleMs}ms`,
    // From PostgreSQL 17 on.
    transaction_timeout: `${all.transactionMs}ms`,
    lock_timeout: '5s',
    temp_file_limit: '2GB',
  }
}

export interface RoleWanted {
  readonly loginName: string
  /** The business role that it is a member of. */
  readonly role: string
  readonly password: string
  readonly connections: number
  readonly expiresAt: string | null
}

/** Changes of these roles come one after the other; PostgreSQL would refuse the second at once. */
export const oneByOne = (client: pg.ClientBase) =>
  client.query(`select pg_advisory_xact_lock(hashtext('fluence database logins'))`)

interface Me {
  readonly database: string
  readonly major: number
  readonly superuser: boolean
  readonly limits_files: boolean
  readonly limits_transactions: boolean
}

async function whoAmI(client: pg.ClientBase): Promise<Me> {
  const { rows } = await client.query<Me>(
    `select current_database() as database,
       current_setting('server_version_num')::integer / 10000 as major,
       (select r.rolsuper from pg_roles as r where r.rolname = current_user) as superuser,
       has_parameter_privilege('temp_file_limit', 'set') as limits_files,
       current_setting('transaction_timeout', true) is not null as limits_transactions`,
  )
  return rows[0] as Me
}

/** Makes a login that is a member of its one business role, in the transaction that registers it. */
export async function createRole(client: pg.ClientBase, wanted: RoleWanted): Promise<void> {
  const me = await whoAmI(client)
  const login = client.escapeIdentifier(wanted.loginName)
  const business = client.escapeIdentifier(`fluence_${wanted.role}`)
  const end = wanted.expiresAt ?? 'infinity'
  const is16 = me.major >= 16
  // Whoever creates it may look at what it does and end it, without being a superuser.
  if (is16) await client.query(`set local createrole_self_grant = 'inherit'`)
  await client.query(
    `create role ${login} with login inherit nosuperuser nocreatedb nocreaterole noreplication
       nobypassrls connection limit ${Math.trunc(wanted.connections)}
       valid until ${client.escapeLiteral(end)}
       password ${client.escapeLiteral(scramVerifier(wanted.password))}`,
  )
  if (!is16 && !me.superuser) await client.query(`grant ${login} to current_user`)
  await client.query(`grant ${business} to ${login}${is16 ? ' with inherit true, set false' : ''}`)
  const database = client.escapeIdentifier(me.database)
  await client.query(`grant connect on database ${database} to ${login}`)
  await applySettings(client, wanted.loginName, wanted.role)
}

/** Gives a login the settings that it starts with, and takes away all others, in any database. */
export async function applySettings(client: pg.ClientBase, loginName: string, role: string) {
  const me = await whoAmI(client)
  const login = client.escapeIdentifier(loginName)
  const here = `alter role ${login} in database ${client.escapeIdentifier(me.database)}`
  const { search_path: path, ...limited } = settingsFor(role)
  const known: Readonly<Record<string, boolean>> = {
    temp_file_limit: me.limits_files,
    transaction_timeout: me.limits_transactions,
  }
  const set = Object.entries(limited)
    .filter(([name]) => known[name] ?? true)
    .map(([name, value]) => `${here} set ${name} = '${value}'`)
  const { rows: elsewhere } = await client.query<{ name: string }>(
    `select d.datname as name
     from pg_db_role_setting as s
     join pg_database as d on d.oid = s.setdatabase
     where s.setrole = to_regrole($1) and d.datname <> current_database()`,
    [login],
  )
  const reset = elsewhere.map(
    ({ name }) => `alter role ${login} in database ${client.escapeIdentifier(name)} reset all`,
  )
  await client.query(
    [`alter role ${login} reset all`, `${here} reset all`, `${here} set search_path = ${path}`]
      .concat(reset, set)
      .join(';\n'),
  )
}

/**
 * Letters that tell apart logins of one name: roles belong to the whole server, with the databases
 * and organizations in it. Names of roles can be seen by every login, so they tell of no brand.
 */
export async function freeName(
  client: pg.ClientBase,
  organizationId: string,
  name: string,
): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const { rows } = await client.query<{ oid: string }>(
      'select d.oid from pg_database as d where d.datname = current_database()',
    )
    const of = `${rows[0]?.oid} ${organizationId} ${attempt}`
    const tag = crypto.createHash('sha256').update(of).digest('hex').slice(0, 8)
    const loginName = `${name}_${tag}`
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [loginName])
    if (rowCount === 0) return loginName
  }
}

export interface Watched {
  readonly login_oid: string
  readonly login_name: string
  readonly role: string
}

/** What to do where one login cannot be ended or mended: the others must be all the same. */
export type Failed = (loginName: string, error: unknown) => void

/** The logins that live; those that are over lose their connections and their role first. */
export async function endWhatIsOver(client: pg.ClientBase, failed: Failed): Promise<Watched[]> {
  const { rows } = await client.query<Watched & { is_over: boolean }>({
    name: 'watch logins',
    text: 'select * from app_private.watch_logins()',
  })
  for (const login of rows) {
    if (login.is_over) await endRole(client, login).catch(refusalOf(login.login_name, failed))
  }
  return rows.filter(({ is_over }) => !is_over)
}

/** Something is wrong with this one, and not with the connection. */
export const refusalOf = (loginName: string, failed: Failed) => (error: unknown) => {
  if (!(error instanceof pg.DatabaseError) || /^(08|57)/.test(error.code ?? '')) throw error
  failed(loginName, error)
}

/**
 * May be broken off after any statement and done again. A role on which something depends stays, for
 * good without a password.
 */
async function endRole(client: pg.ClientBase, { login_oid, login_name }: Watched): Promise<void> {
  const login = client.escapeIdentifier(login_name)
  const locked = (work: (role: RoleLeft) => Promise<unknown>) =>
    inTransaction(client, async () => {
      await oneByOne(client)
      const role = await whatIsLeft(client, login_oid)
      if (role !== undefined) await work(role)
    })
  await locked(async ({ may_log_in }) => {
    if (may_log_in) await client.query(`alter role ${login} nologin password null`)
  })
  await hangUp(client, login_oid)
  await locked(async ({ may_connect, database }) => {
    if (!may_connect) return
    const here = client.escapeIdentifier(database)
    await client.query(`revoke connect on database ${here} from ${login}; savepoint bare`)
    await client.query(`drop role ${login}`).catch(async (error: pg.DatabaseError) => {
      if (error.code !== '2BP01') throw error
      await client.query('rollback to savepoint bare')
    })
  })
}

interface RoleLeft {
  readonly database: string
  readonly may_log_in: boolean
  readonly may_connect: boolean
}

async function whatIsLeft(client: pg.ClientBase, oid: string): Promise<RoleLeft | undefined> {
  const { rows } = await client.query<RoleLeft>(
    `select d.datname as database, r.rolcanlogin as may_log_in,
       exists (select from aclexplode(d.datacl) as a where a.grantee = r.oid) as may_connect
     from pg_roles as r, pg_database as d
     where r.oid = $1 and d.datname = current_database()`,
    [oid],
  )
  return rows[0]
}

/** Ends the connections of a login, or those begun before a moment, and stays until they are gone. */
export async function hangUp(client: pg.ClientBase, loginOid: string, before = 'infinity') {
  await until(5000, async () => {
    const { rowCount } = await client.query({
      name: 'hang up',
      text: `select pg_terminate_backend(a.pid) from pg_stat_activity as a
             where a.usesysid = $1 and a.backend_type = 'client backend'
               and a.backend_start < $2::timestamptz`,
      values: [loginOid, before],
    })
    return rowCount === 0
  })
}
