import fs from 'node:fs'
import path from 'node:path'
import { projectDir } from '../env.ts'
import { insisting } from './bootstrap.ts'
import { withClient } from './connect.ts'

export const hardeningFile = path.join(projectDir, 'sql/hardening.sql')

/** Closes what PostgreSQL leaves open to everybody who can log in. Needs a superuser. */
export async function harden(superuserUrl: string): Promise<void> {
  const sql = fs.readFileSync(hardeningFile, 'utf8')
  await withClient(superuserUrl, (client) => insisting(() => client.query(sql)))
}

/**
 * On a server that is all ours: the databases that it came with are for its superuser. Nothing in
 * them is hardened, and whoever stays in template1 keeps everybody from making a database.
 */
export async function closeOtherDatabases(superuserUrl: string): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await insisting(() => client.query('revoke all on database postgres, template1 from public'))
    // Whoever came in before.
    await client.query(
      `select pg_terminate_backend(a.pid)
       from pg_stat_activity as a
       where a.datname in ('postgres', 'template1')
         and a.backend_type = 'client backend'
         and not has_database_privilege(a.usesysid, a.datid, 'connect')`,
    )
  })
}
