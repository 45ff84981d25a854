import { watchLock } from '../../server/identity/login-watch.ts'
import type { Access } from '../../server/postgres/access.ts'
import { withClient } from '../../server/postgres/connect.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning } = findingsOf('database')
const start = 'npm start, or npm run -s fluence -- worker'

/** It looks twice a second. */
const patienceSeconds = 30

/** Whether somebody watches over database logins, where there are any, and looked just now. */
export async function checkLoginWatch(access: Access): Promise<Finding[]> {
  const logins = await withClient(access.as('fluence_server'), async (client) => {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::integer as count
       from pg_roles as r
       where r.rolname in (select l.login_name from app_private.list_database_logins() as l)`,
    )
    return rows[0]?.count ?? 0
  })
  if (logins === 0) return [ok('there is no database login to watch over')]
  const watch = await withClient(access.root, async (client) => {
    // Of a connection of another login PostgreSQL does not tell when it asked last.
    const { rows } = await client.query<{ seconds: number | null }>(
      `select extract(epoch from clock_timestamp() - a.query_start)::integer as seconds
       from pg_locks as l
       left join pg_stat_activity as a on a.pid = l.pid
       where l.locktype = 'advisory' and l.granted and l.objsubid = 1
         and l.database = (select d.oid from pg_database as d where d.datname = current_database())
         and (l.classid::bigint << 32 | l.objid::bigint) = hashtext($1)`,
      [watchLock],
    )
    return rows[0]
  })
  return [judgeWatch(logins, watch)]
}

export function judgeWatch(logins: number, watch: { seconds: number | null } | undefined): Finding {
  const stay = 'those that are over stay connected, and limits are not kept'
  if (watch === undefined) {
    const many = `of which there ${logins === 1 ? 'is' : 'are'} ${logins}`
    return warning(`Nobody watches over database logins, ${many}: ${stay}.`, start)
  }
  if ((watch.seconds ?? 0) > patienceSeconds) {
    return warning(
      `The watch over database logins looked ${watch.seconds} seconds ago: ${stay}.`,
      'Restart the server or worker that watches; the next one takes over.',
    )
  }
  return ok('somebody watches over the database logins')
}
