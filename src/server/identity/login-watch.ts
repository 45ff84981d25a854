import type pg from 'pg'
import type { Log } from '../log.ts'
import { inTransaction } from '../postgres/connect.ts'
import { type Leader, startLeader } from '../postgres/leader.ts'
import { becomeServer } from './database-logins.ts'
import {
  applySettings,
  endWhatIsOver,
  type Failed,
  hangUp,
  type Limits,
  limits as usual,
  oneByOne,
  refusalOf,
  settingsFor,
  type Watched,
} from './login-roles.ts'

/** Who has this lock watches: the name by which others can find out whether somebody does. */
export const watchLock = 'fluence login watch'

const everyMs = 400
/** PostgreSQL itself comes first where the limits still stand. */
const graceMs = 1000
/** A statement that was told to end and has not. */
const patienceMs = 5000

/**
 * Keeps an eye on database logins. A session may SET its limits away, and nobody else sees that it
 * did; what can be seen is how long a statement runs, a transaction waits or lasts, and what a login
 * has made the default of its later sessions. One process watches, whichever has the lock.
 */
export function startLoginWatch(rootUrl: string, log: Log, limits: Limits = usual): Leader {
  const toldOf = new Set<string>()
  const failed: Failed = (login, error) => {
    if (!toldOf.has(login)) log.warn('A database login cannot be changed.', { login, error })
    toldOf.add(login)
  }
  return startLeader({
    url: rootUrl,
    name: 'fluence login watch',
    lock: watchLock,
    lost: 'The watch over database logins broke off.',
    log,
    prepare: becomeServer,
    async work(client) {
      const living = await endWhatIsOver(client, failed)
      if (living.length > 0) {
        await endWhatTakesTooLong(client, living, log, limits)
        await setBack(client, living, log, failed)
      }
      return everyMs
    },
    breaksOff: true,
  })
}

async function endWhatTakesTooLong(
  client: pg.Client,
  living: readonly Watched[],
  log: Log,
  limits: Limits,
) {
  const statementMs = limits.statementMs + graceMs
  const { rows: ended } = await client.query<{ login: string; why: string }>({
    name: 'end what takes too long',
    text: tooLong,
    values: [
      living.map(({ login_oid }) => login_oid),
      `${statementMs} ms`,
      `${statementMs + patienceMs} ms`,
      `${limits.idleMs + graceMs} ms`,
      `${limits.transactionMs + graceMs} ms`,
    ],
  })
  for (const { login, why } of ended) log.warn(`A database login ${why}.`, { login })
}

/** Gives back the settings of those that have others. */
async function setBack(client: pg.Client, living: readonly Watched[], log: Log, failed: Failed) {
  const { rows: changed } = await client.query<{ oid: string }>({
    name: 'changed defaults',
    text: changedDefaults,
    values: [
      living.map(({ login_oid }) => login_oid),
      JSON.stringify(living.map(({ role }) => textsOf(settingsFor(role)))),
    ],
  })
  for (const { oid } of changed) {
    const login = living.find(({ login_oid }) => login_oid === oid)
    if (login !== undefined) {
      await mend(client, login, log).catch(refusalOf(login.login_name, failed))
    }
  }
}

/** Whoever is connected may have begun with what was changed. */
async function mend(client: pg.Client, { login_oid, login_name, role }: Watched, log: Log) {
  await inTransaction(client, async () => {
    await oneByOne(client)
    await applySettings(client, login_name, role)
  })
  const { rows } = await client.query<{ now: string }>('select clock_timestamp()::text as now')
  await hangUp(client, login_oid, rows[0]?.now)
  log.warn('A database login had other settings than its own.', { login: login_name })
}

const textsOf = (settings: Record<string, string>) =>
  Object.entries(settings).map(([name, value]) => `${name}=${value}`)

const tooLong = `
  select a.usename as login,
    case
      when clock_timestamp() - a.xact_start > $5::interval then 'let a transaction last too long'
      when a.state like 'idle in transaction%' then 'let a transaction wait too long'
      else 'let a statement run too long'
    end as why,
    case
      when a.state like 'idle in transaction%'
        or clock_timestamp() - a.query_start > $3::interval
        or clock_timestamp() - a.xact_start > $5::interval
      then pg_terminate_backend(a.pid)
      else pg_cancel_backend(a.pid)
    end
  from pg_stat_activity as a
  where a.usesysid = any ($1::oid[])
    and a.backend_type = 'client backend'
    and (
      a.state in ('active', 'fastpath function call')
      and clock_timestamp() - a.query_start > $2::interval
      or a.state like 'idle in transaction%'
      and clock_timestamp() - a.state_change > $4::interval
      or clock_timestamp() - a.xact_start > $5::interval
    )`

/**
 * What only a superuser may set was not changed by the login, and is not ours to set back. So the limit
 * of temporary files may be there or not. What the server does not know it is not asked for. (The view
 * pg_settings can be locked by everybody, where nobody has hardened the server.)
 */
const changedDefaults = `
  with wanted as (
    select u.oid, array(
      select t.setting collate "C" from jsonb_array_elements_text(w.settings) as t (setting)
      where current_setting(split_part(t.setting, '=', 1), true) is not null
      order by 1
    ) as settings
    from unnest($1::oid[]) with ordinality as u (oid, n)
    join jsonb_array_elements($2::jsonb) with ordinality as w (settings, n) using (n)
  )
  select w.oid
  from wanted as w
  where (
    select array_agg(distinct c.setting order by c.setting)
    from (
      select
        case s.setdatabase when d.oid then c.setting else 'elsewhere: ' || c.setting end
          collate "C"
      from pg_db_role_setting as s
      cross join pg_database as d
      cross join unnest(s.setconfig) as c (setting)
      where s.setrole = w.oid and d.datname = current_database()
        and not exists (
          select from pg_show_all_settings() as p
          where p.name = split_part(c.setting, '=', 1)
            and p.context like 'superuser%'
            and not has_parameter_privilege(p.name, 'set')
        )
      union all
      select t.setting from unnest(w.settings) as t (setting)
      where t.setting like 'temp_file_limit=%'
    ) as c (setting)
  ) is distinct from w.settings`
