import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { explain, Problem } from '../../../problem.ts'
import type { Cluster } from '../cluster.ts'
import { withClient } from '../connect.ts'
import type { Say } from '../launch.ts'
import { pause } from '../processes.ts'
import { archived } from './archiving.ts'
import {
  type BackupFolder,
  type BaseBackup,
  nameOf,
  noteOf,
  namesIn,
  syncFolder,
  tarOf,
  writeDurably,
} from './folder.ts'
import { checkBase, readManifest } from './manifest.ts'
import { percent, refuseWithoutRoom } from './sizes.ts'
import { readPosition, segmentAt, segmentName } from './wal.ts'

/**
 * Takes a base backup of a running server whose log is archived there, checks it, and only then
 * gives it its name.
 */
export async function takeBackup(
  cluster: Cluster,
  folder: BackupFolder,
  say: Say,
): Promise<BaseBackup> {
  clearUnfinished(folder)
  const before = await look(cluster)
  if (before.tablespaces > 0) {
    throw new Problem(
      'The database has tablespaces, which a backup of Fluence does not hold.',
      'Move what is in them (alter table ... set tablespace pg_default) and drop them.',
    )
  }
  refuseWithoutRoom(folder.dir, before.bytes + 2 * before.segmentBytes)
  const name = await freeName(folder, before.now)
  const unfinished = { dir: folder.unfinished(name) }
  const label = `fluence ${name}`
  await baseBackup(cluster, unfinished.dir, label, say)

  const after = await look(cluster)
  const manifest = readManifest(unfinished)
  say('Waiting for the end of the backup in the archive of the log')
  const end = segmentAt(readPosition(manifest.stopWal) - 1n, after.segmentBytes)
  await archived(folder, cluster, segmentName(manifest.timeline, end, after.segmentBytes))
  const base: BaseBackup = {
    name,
    dir: unfinished.dir,
    label,
    startedAt: before.now.toISOString(),
    finishedAt: after.now.toISOString(),
    server: after.server,
    systemIdentifier: manifest.systemIdentifier,
    timeline: manifest.timeline,
    startWal: manifest.startWal,
    stopWal: manifest.stopWal,
    walSegmentBytes: after.segmentBytes,
    bytes: fs.statSync(tarOf(unfinished)).size,
  }
  checkBase(base, { say: percent('Checking the backup', say) })
  const { name: _, dir: __, ...note } = base
  writeDurably(noteOf(base), `${JSON.stringify(note, null, 2)}\n`)
  fs.renameSync(unfinished.dir, folder.base(name))
  syncFolder(folder.bases)
  return { ...base, dir: folder.base(name) }
}

/** What backups, and servers in the middle of a copy, left behind when they were ended. */
function clearUnfinished(folder: BackupFolder): void {
  for (const name of namesIn(folder.bases).filter((found) => found.startsWith('.'))) {
    fs.rmSync(path.join(folder.bases, name), { recursive: true, force: true, maxRetries: 3 })
  }
  const minutesAgo = Date.now() - 300_000
  for (const name of namesIn(folder.wal).filter((found) => found.startsWith('archtemp.'))) {
    const file = path.join(folder.wal, name)
    const found = fs.statSync(file, { throwIfNoEntry: false })
    if (found !== undefined && found.mtimeMs < minutesAgo) fs.rmSync(file, { force: true })
  }
}

async function freeName(folder: BackupFolder, now: Date): Promise<string> {
  const name = nameOf(now)
  if (!fs.existsSync(folder.base(name))) return name
  await pause(1000)
  return freeName(folder, new Date(now.getTime() + 1000))
}

interface State {
  readonly now: Date
  readonly server: string
  readonly segmentBytes: number
  readonly bytes: number
  readonly tablespaces: number
}

function look(cluster: Cluster): Promise<State> {
  return withClient(cluster.url('postgres'), async (client) => {
    const { rows } = await client.query<Record<keyof State, string> & { now: Date }>(
      `select clock_timestamp() as now,
              current_setting('server_version') as server,
              (select setting from pg_settings where name = 'wal_segment_size') as "segmentBytes",
              (select sum(pg_database_size(oid)) from pg_database) as bytes,
              (select count(*) from pg_tablespace where spcname not in ('pg_default', 'pg_global'))
                as tablespaces`,
    )
    const [row] = rows
    if (row === undefined) throw new Error('the server does not answer')
    return {
      now: row.now,
      server: row.server,
      segmentBytes: Number(row.segmentBytes),
      bytes: Number(row.bytes),
      tablespaces: Number(row.tablespaces),
    }
  })
}

/** The server itself writes base.tar and backup_manifest into the folder, which it makes. */
async function baseBackup(cluster: Cluster, dir: string, label: string, say: Say): Promise<void> {
  // What the types do not know: a connection that also takes the commands of replication.
  const config: pg.ClientConfig & { replication: 'database' } = {
    connectionString: cluster.url('postgres'),
    application_name: 'fluence backup',
    replication: 'database',
  }
  const client = new pg.Client(config)
  client.on('error', () => {})
  await client.connect()
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  let told = ''
  const watching = setInterval(async () => {
    const now = await progressOf(cluster)
    if (now !== told) say(`Backing up: ${now}`)
    told = now
  }, 1000)
  try {
    await client.query(
      `BASE_BACKUP (LABEL ${text(label)}, TARGET 'server', TARGET_DETAIL ${text(dir)},
         MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256', CHECKPOINT 'fast', PROGRESS true, WAIT false)`,
    )
  } catch (error) {
    fs.rmSync(dir, { recursive: true, force: true })
    const full = (error as pg.DatabaseError).code === '53100'
    if (!full && explain(error) !== undefined) throw error
    throw new Problem(
      full ? 'The disk of the backups is full.' : `The backup failed: ${(error as Error).message}.`,
      full
        ? 'Free some space, keep fewer (--keep), or set FLUENCE_BACKUP_DIR to a folder with more.'
        : `See the newest file in ${cluster.folder.logs}.`,
      { cause: error },
    )
  } finally {
    clearInterval(watching)
    await client.end().catch(() => {})
  }
}

async function progressOf(cluster: Cluster): Promise<string> {
  try {
    const { rows } = await withClient(cluster.url('postgres'), (client) =>
      client.query<{ progress: string }>(
        `select concat_ws(' ', phase, 100 * backup_streamed / nullif(backup_total, 0) || ' %')
           as progress
         from pg_stat_progress_basebackup limit 1`,
      ),
    )
    return rows[0]?.progress ?? 'beginning'
  } catch {
    // The backup itself tells of a server that is gone.
    return 'waiting'
  }
}
