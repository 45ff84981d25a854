import type pg from 'pg'
import { type Env } from '../../server/env.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning } = findingsOf('hardening')

/**
 * What everybody with a login may do on a server that is not ours, though nobody needs it. Only a
 * superuser can take it away, and must leave it to our own roles where they use it.
 */
export async function checkHardening(client: pg.Client, env: Env): Promise<Finding[]> {
  const ours = 'fluence_owner, fluence_definer, fluence_migrator, fluence_server, fluence_worker'
  const { rows } = await client.query<{ locks: boolean; blocks: boolean; objects: boolean }>(
    `select
       has_function_privilege('public', 'pg_advisory_lock(bigint)', 'execute') as locks,
       has_language_privilege('public', 'plpgsql', 'usage') as blocks,
       has_function_privilege('public', 'lo_create(oid)', 'execute') as objects`,
  )
  const open = rows[0]
  const { rows: connection } = await client.query<{ encrypted: boolean }>(
    'select s.ssl as encrypted from pg_stat_ssl as s where s.pid = pg_backend_pid()',
  )
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
  return [
    open?.locks
      ? warning(
          'Any login may take advisory locks, and so hold up a start.',
          `As a superuser, in psql: select format('revoke execute on function %s from public; grant execute on function %1$s to ${ours}', p.oid::regprocedure) from pg_proc as p where p.proname ~ '^pg_(try_)?advisory' \\gexec`,
        )
      : ok('advisory locks are for our own roles'),
    open?.blocks
      ? warning(
          'Any login may run DO blocks, and so keep the server busy unseen.',
          `As a superuser: revoke usage on language plpgsql from public; grant usage on language plpgsql to ${ours}, ${login};`,
        )
      : ok('DO blocks are for our own roles'),
    open?.objects
      ? warning(
          'Any login may fill the disk with large objects.',
          'As a superuser: revoke execute on function lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) from public;',
        )
      : ok('large objects are for superusers'),
    talkative.length > 0
      ? warning(
          "PostgreSQL's own log may quote values that people sent, where it tells of an error.",
          `As a superuser: ${talkative.map(({ name }) => `alter role ${name} set log_min_messages = log;`).join(' ')}`,
        )
      : ok("PostgreSQL's own log does not quote what people sent"),
    checkWay(env, connection[0]?.encrypted ?? false),
    warning(
      'Statements that a database login was refused stand only in the log of that server.',
      'Keep that log as long as the audit needs it (log_min_messages at error or below).',
    ),
  ]
}

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
