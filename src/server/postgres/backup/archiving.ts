import fs from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import { Problem } from '../../../problem.ts'
import { type Cluster, type ClusterFolder, startCluster } from '../cluster.ts'
import { createFile } from '../cluster-folder.ts'
import { withClient } from '../connect.ts'
import { configurationFile, configurationText, type Say } from '../launch.ts'
import { pause } from '../processes.ts'
import { archiveSettings, identityOf, noteArchive, notedArchive } from './archive-note.ts'
import { type BackupFolder, namesIn } from './folder.ts'
import { freeBytes } from './sizes.ts'
import { readSegmentHeader } from './wal.ts'

const patienceMs = 60_000

/**
 * Starts or joins the server, and from here on its write-ahead log is kept in that folder: proven
 * by one segment of it. If it cannot get there, all is as it was before.
 */
export async function startArchiving(
  data: ClusterFolder,
  folder: BackupFolder,
  say: Say,
): Promise<Cluster> {
  refuseForeignWal(data, folder)
  const before = notedArchive(data)
  // A server that is only started now archives from its start; one that runs is told.
  noteArchive(data, folder.wal)
  let cluster: Cluster | undefined
  try {
    cluster = await startCluster({ dir: data.dir, say })
    say('Archiving the write-ahead log')
    await withClient(cluster.url('postgres'), (client) => refuseUnwritable(folder, client))
    await followNote(cluster)
    await proveArchiving(folder, cluster)
    return cluster
  } catch (error) {
    noteArchive(data, before)
    if (cluster !== undefined) {
      await followNote(cluster).catch(() => {})
      await cluster.stop()
    }
    throw error
  }
}

/** Tells a server that runs; the next start writes its settings anew, and looks at the note, too. */
async function followNote(cluster: Cluster): Promise<void> {
  const file = configurationFile(cluster.folder)
  const before = fs.readFileSync(file, 'utf8')
  const handle = createFile(file)
  fs.writeFileSync(handle, before + configurationText(archiveSettings(cluster.folder, () => {})))
  fs.closeSync(handle)
  await withClient(cluster.url('postgres'), (client) => client.query('select pg_reload_conf()'))
}

/** Two databases would write files of the same names. */
function refuseForeignWal(data: ClusterFolder, folder: BackupFolder): void {
  const segment = namesIn(folder.wal).find((name) => /^[0-9A-F]{24}(\.partial)?$/.test(name))
  const system =
    folder.list().bases.at(-1)?.systemIdentifier ??
    (segment && readSegmentHeader(path.join(folder.wal, segment)).systemIdentifier)
  if (system === undefined || system === identityOf(data.data)?.system) return
  throw new Problem(
    `${folder.dir} holds backups of another database than the one in ${data.dir}.`,
    'Get that one back with fluence restore, or set FLUENCE_BACKUP_DIR to another folder for this one.',
  )
}

async function refuseUnwritable(folder: BackupFolder, client: pg.Client): Promise<void> {
  const probe = path.join(folder.wal, 'probe')
  try {
    await client.query(`copy (select '') to ${client.escapeLiteral(probe)}`)
  } catch (error) {
    throw new Problem(
      `The database server cannot write into ${folder.wal}: ${(error as Error).message}.`,
      'Set FLUENCE_BACKUP_DIR to a folder with room that the account of the server (as root: postgres) may enter.',
      { cause: error },
    )
  } finally {
    fs.rmSync(probe, { force: true })
  }
}

/** Copies a file of the log into an archive as the server does: whole or not at all. */
export function keepFile(from: string, to: string): void {
  const { uid, gid } = fs.statSync(path.dirname(to))
  const temporary = path.join(path.dirname(to), `archtemp.${path.basename(to)}.${process.pid}`)
  const source = fs.openSync(from, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
  try {
    const handle = createFile(temporary, 0o600)
    fs.writeFileSync(handle, fs.readFileSync(source), { flush: true })
    if (process.getuid?.() === 0) fs.fchownSync(handle, uid, gid)
    fs.closeSync(handle)
    fs.renameSync(temporary, to)
  } finally {
    fs.closeSync(source)
    fs.rmSync(temporary, { force: true })
  }
}

async function proveArchiving(folder: BackupFolder, cluster: Cluster): Promise<void> {
  const ask = async <T extends object>(sql: string) => {
    const { rows } = await withClient(cluster.url('postgres'), (client) => client.query<T>(sql))
    return rows[0]
  }
  // Something has to be in a segment, or the server does not close it.
  const open = await ask<{ segment: string; timeline: number }>(
    `select pg_walfile_name(pg_create_restore_point('fluence: archiving')) as segment,
            timeline_id as timeline
     from pg_control_checkpoint()`,
  )
  if (open === undefined) throw new Error('the server does not answer')
  if (fs.existsSync(path.join(folder.wal, open.segment))) {
    throw notArchived(folder, cluster, open.segment)
  }
  await ask('select pg_switch_wal()')
  await archived(folder, cluster, open.segment)
  folder.noteTimeline(open.timeline)
}

/** Waits until the archive has a segment that the server has closed. */
export async function archived(
  folder: BackupFolder,
  cluster: Cluster,
  segment: string,
): Promise<void> {
  const file = path.join(folder.wal, segment)
  const status = path.join(cluster.folder.data, 'pg_wal/archive_status', segment)
  let last = ''
  let began = performance.now()
  while (fs.existsSync(`${status}.ready`) || !fs.existsSync(file)) {
    const now = await askArchiver(cluster)
    const waited = performance.now() - began
    // There may be many waiting: as long as one after the other arrives, all is well.
    if (now.archived !== last) {
      last = now.archived
      began = performance.now()
    } else if (waited > patienceMs || (now.failing && waited > patienceMs / 4)) {
      throw notArchived(folder, cluster, now.failed ?? segment)
    } else if (fs.existsSync(`${status}.done`) && !fs.existsSync(file)) {
      throw new Problem(
        `The database server archives its log elsewhere than into ${folder.wal}.`,
        'Somebody has set that with ALTER SYSTEM: reset archive_command, archive_library and basic_archive.archive_directory.',
      )
    }
    await pause(200)
  }
}

/** A new connection each time: it also wakes the server, which is to start its archiver anew. */
async function askArchiver(cluster: Cluster) {
  const { rows } = await withClient(cluster.url('postgres'), (client) =>
    client.query<{ archived: string; failed: string | null; failing: boolean }>(
      `select archived_count as archived,
              last_failed_wal as failed,
              coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)
                as failing
       from pg_stat_archiver`,
    ),
  )
  if (rows[0] === undefined) throw new Error('the server does not answer')
  return rows[0]
}

function notArchived(folder: BackupFolder, cluster: Cluster, segment: string): Problem {
  if (fs.existsSync(path.join(folder.wal, segment))) {
    return new Problem(
      `${folder.wal} has another ${segment} than this database: two databases archive into one folder.`,
      'Set FLUENCE_BACKUP_DIR to a folder of its own for this one.',
    )
  }
  if (freeBytes(folder.wal) < (cluster.folder.segmentBytes ?? 0)) {
    return new Problem(
      `The disk of ${folder.wal} is full.`,
      'Free some space there; the log waits in the data folder until it can go there.',
    )
  }
  return new Problem(
    `The database server does not get its log into ${folder.wal} (${segment}).`,
    `See the newest file in ${cluster.folder.logs}; the log waits in the data folder until it can go there.`,
  )
}
