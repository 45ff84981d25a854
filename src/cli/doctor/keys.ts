import type pg from 'pg'
import type { Env } from '../../server/env.ts'
import { judgeMasterKeys } from '../../server/personal/state.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning, problem } = findingsOf('keys')

/** Whether what is there of personal data can be read, and by whom else. */
export async function checkKeys(client: pg.Client, env: Env): Promise<Finding[]> {
  const { rows: there } = await client.query(
    `select where to_regprocedure('app_private.master_keys_in_use()') is not null`,
  )
  // Then sql/ is not loaded, which is told already.
  if (there.length === 0) return []
  const { rows } = await client.query<{ id: string }>(
    'select m.id from app_private.master_keys_in_use() as m (id)',
  )
  const ids = rows.map(({ id }) => id)
  const findings = judgeMasterKeys(env, ids).map(({ isProblem, says, mend }) =>
    (isProblem ? problem : warning)(says, mend),
  )
  if (findings.length > 0) return findings
  return [ok(ids.length === 0 ? 'a master key is there' : `master key ${ids.join(', ')}`)]
}
