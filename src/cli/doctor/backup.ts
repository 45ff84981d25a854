import type { Env } from '../../server/env.ts'
import { BackupFolder } from '../../server/postgres/backup/folder.ts'
import { ClusterFolder } from '../../server/postgres/cluster.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning, problem } = findingsOf('backup')
const hourMs = 3_600_000
const backUp = 'npm run -s fluence -- backup'

export function checkBackup(env: Env, now = Date.now()): Finding[] {
  if (env.databaseUrl !== undefined) {
    return [ok("is left to that server's own means, DATABASE_URL being set")]
  }
  if (!new ClusterFolder(env.dataDir).exists) return []
  const { bases, unreadable } = new BackupFolder(env.backupDir).list()
  const damaged = unreadable.map((file) => problem(`${file} cannot be read.`, `${backUp} --verify`))
  const last = bases.at(-1)
  if (last === undefined) {
    return [...damaged, warning(`There is no backup in ${env.backupDir}.`, backUp)]
  }
  const hours = Math.floor((now - Date.parse(last.finishedAt)) / hourMs)
  const says = `the last base backup is ${hours} hours old`
  return [...damaged, hours < 7 * 24 ? ok(says) : warning(says, backUp)]
}
