import type pg from 'pg'
import { type Env } from '../../server/env.ts'
import { databaseIn } from '../../server/postgres/access.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning } = findingsOf('hardening')

/**
 * What everybody with a login may do on a server that is not ours, though nobody needs it. Only a
 * superuser can take it away, and must leave it to our own roles where they use it.
 */
export async function checkHardening(client: pg.Client, env: Env): Promise<Finding[]> {
  const { rows } = await client.query<{ open: string[]; files: boolean }>(
    `select
       array_remove(array[
         case when has_function_privilege('public', 'pg_advisory_lock(bigint)', 'execute')
           then 'take advisory locks and so hold up a start' end,
         case when has_language_privilege('public', 'plpgsql', 'usage')
           then 'run DO blocks' end,
         case when has_function_privilege('public', 'lo_create(oid)', 'execute')
           then 'fill the disk with large objects' end,
         case when has_table_privilege('public', 'pg_catalog.pg_settings', 'update')
           then 'lock the list of settings' end,
         case when has_function_privilege('public', 'pg_stat_get_activity(integer)', 'execute')
           then 'see who is connected' end
       ], null) as open,
       has_parameter_privilege('temp_file_limit', 'set') as files`,
  )
  const { open = [], files = false } = rows[0] ?? {}
  const { rows: talkative } = await client.query<{ name: string }>(
    `select r.rolname as name
     from pg_roles as r
     where r.rolname in ('fluence_server', 'fluence_authenticator', 'fluence_worker')
       and not exists (
         select from pg_db_role_setting as s
         where s.setrole = r.oid and s.setdatabase = 0
           and 'log_min_messages=log' = any (s.setconfig)
       )
     order by r.rolname`,
  )
  const login = client.escapeIdentifier(client.user ?? '')
  const harden = `As a superuser: psql -f sql/hardening.sql ${databaseIn(env.databaseUrl ?? '')}`
  return [
    open.length > 0
      ? warning(`Any login may ${open.join(', ')}.`, harden)
      : ok('locks, DO blocks, large objects and the activity of others are for our own roles'),
    files
      ? ok('database logins have a limit of temporary files')
      : warning(
          'Database logins may fill the disk with temporary files.',
          `As a superuser: grant set on parameter temp_file_limit to ${login}; (for logins made from then on)`,
        ),
    judgeSeats(await seatsOf(client), harden),
    talkative.length > 0
      ? warning(
          "PostgreSQL's own log may quote values that people sent, where it tells of an error.",
          `As a superuser: ${talkative.map(({ name }) => `alter role ${name} set log_min_messages = log;`).join(' ')}`,
        )
      : ok("PostgreSQL's own log does not quote what people sent"),
    checkWay(env, isEncrypted(client)),
    warning(
      'Statements that a database login was refused stand only in the log of that server.',
      'Keep that log as long as the audit needs it (log_min_messages at error or below).',
    ),
  ]
}

/** Connections that database logins cannot take. */
interface Seats {
  /** Null where the server knows no such setting. */
  readonly kept: number | null
  readonly ours: boolean
}

async function seatsOf(client: pg.Client): Promise<Seats> {
  const { rows } = await client.query<Seats>(
    `select current_setting('reserved_connections', true)::integer as kept,
       coalesce(
         pg_has_role(
           'fluence_authenticator'::regrole, to_regrole('pg_use_reserved_connections'), 'usage'
         ),
         false
       ) as ours`,
  )
  return rows[0] as Seats
}

export function judgeSeats({ kept, ours }: Seats, harden: string): Finding {
  const what = 'Database logins may take all connections'
  if (kept === null) {
    return warning(
      `${what}: before PostgreSQL 16 none can be kept for Fluence.`,
      'Upgrade it, or keep max_connections far above what the logins may hold.',
    )
  }
  if (kept === 0) {
    return warning(
      `${what}: the server keeps none for Fluence.`,
      'As a superuser: alter system set reserved_connections = 50; (and restart it)',
    )
  }
  if (!ours) return warning(`${what}: those that the server keeps are not for Fluence.`, harden)
  return ok(`${kept} connections are kept for Fluence`)
}

/**
 * Databases beside ours that every login of the server may connect to: nothing in them is ours, so
 * nothing in them is closed.
 */
export async function checkOtherDatabases(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ name: string }>(
    `select d.datname as name
     from pg_database as d
     where d.datallowconn and d.datname <> current_database()
       and has_database_privilege('public', d.oid, 'connect')
     order by d.datname`,
  )
  if (rows.length === 0) return ok('database logins reach no other database of the server')
  const names = rows.map(({ name }) => client.escapeIdentifier(name)).join(', ')
  return warning(
    `Any login may connect to other databases of the server too: ${names}.`,
    `As a superuser: revoke connect, temporary on database ${names} from public; (and grant it to who needs it)`,
  )
}

/** Asked of the socket: on a server that is closed like ours, not every login may ask the server. */
const isEncrypted = (client: pg.Client) =>
  (client as unknown as { connection: { stream: { encrypted?: boolean } } }).connection.stream
    .encrypted === true

function checkWay(env: Env, encrypted: boolean): Finding {
  if (encrypted) return ok('the way to the server is encrypted')
  const { hostname } = new URL(env.databaseUrl ?? '')
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|%2f.*)$/i.test(hostname)) {
    return ok('the way to the server does not leave this machine')
  }
  return warning(
    `Nothing encrypts what goes to ${hostname} and back.`,
    'Switch ssl on there, and add ?sslmode=verify-full to DATABASE_URL.',
  )
}
