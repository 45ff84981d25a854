import type pg from 'pg'
import { exists } from '../../server/postgres/connect.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning } = findingsOf('database')

/** Longer than any sealer waits, and than a transaction should be open. */
const patienceMinutes = 15
const fewestMonths = 3

/** Whether the audit log is sealed, and has room for the months to come. */
export async function checkAudit(client: pg.Client): Promise<Finding[]> {
  if (!(await exists(client, 'app_private.audit_seals'))) return []
  const { rows } = await client.query<{ waiting: string; minutes: number; months: number }>(
    `select
       count(*) as waiting,
       coalesce(extract(epoch from now() - min(l.occurred_at)) / 60, 0)::int as minutes,
       (
         select count(*)::int
         from generate_series(1, 12) as m
         where to_regclass(
           app_private.partition_name('app_public.audit_log', now() + make_interval(months => m))
         ) is not null
       ) as months
     from app_public.audit_log as l
     where (l.series, l.transaction_id, l.id) > (
       select coalesce(max(s.last_series), 0), coalesce(max(s.last_transaction_id), 0),
         coalesce(max(s.last_id), 0)
       from (select * from app_private.audit_seals order by block desc limit 1) as s
     )`,
  )
  const { waiting = '0', minutes = 0, months = 0 } = rows[0] ?? {}
  return [
    minutes > patienceMinutes
      ? warning(
          `${waiting} rows of the audit log are not sealed, the oldest for ${minutes} minutes.`,
          'Start a worker, and end transactions that are open for long (pg_stat_activity).',
        )
      : ok('the audit log is sealed'),
    ...(months < fewestMonths
      ? [
          warning(
            `The audit log has partitions for ${months} months to come only.`,
            'Start a worker or the server: each makes a year ahead.',
          ),
        ]
      : []),
  ]
}
