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
