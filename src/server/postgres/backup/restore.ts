import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { explain, Problem } from '../../../problem.ts'
import { embeddedBinaries, serverAccount } from '../binaries.ts'
import { ClusterFolder } from '../cluster.ts'
import type { Say } from '../launch.ts'
import { isAlive, until } from '../processes.ts'
import { identityOf, noteArchive } from './archive-note.ts'
import { keepFile, startArchiving } from './archiving.ts'
import { type BackupFolder, type BaseBackup, syncFolder } from './folder.ts'
import { checkBase } from './manifest.ts'
import type { Moment } from './moment.ts'
import { type Plan, plan } from './plan.ts'
import { checkRecords } from './records.ts'
import { recover, type Recovered } from './recover.ts'
import { percent, refuseWithoutRoom } from './sizes.ts'
import { withFolderToItself } from './take-over.ts'
import { firstNeeded } from './prune.ts'
import { findWal, historyName, readPosition, timelinesOf } from './wal.ts'

export interface RestoreOptions {
  readonly dataDir: string
  readonly from: BackupFolder
  readonly to: Moment | 'latest'
  /** Where this server archives its log. If that is the same, its pg_wal continues that log. */
  readonly own: BackupFolder
  readonly say: Say
}

export interface Restored {
  readonly base: string
  readonly reached: string
  readonly timeline: number
  readonly tables: number
  /** Where the data are that were there before. */
  readonly oldData: string | null
  /** Why the log is not archived from now on; null if it is. */
  readonly notArchiving: string | null
  /** The ids of the master keys that its personal data need; no backup holds them. */
  readonly masterKeys: readonly string[]
}

/** Puts the state of a moment in the place of the data, which it moves aside and never deletes. */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const folder = new ClusterFolder(options.dataDir)
  // Where there are no data yet, nothing is made before it is known that there will be some.
  const chosen = dataIn(folder) === undefined ? consider(folder, options) : undefined
  fs.mkdirSync(folder.dir, { recursive: true })
  return withFolderToItself(folder, () => restoreAlone(folder, options, chosen))
}

const dataIn = (folder: ClusterFolder) => (folder.exists ? folder.data : folder.setAside())

/** Chooses what to restore from; refuses what cannot be done. Changes nothing. */
function consider(folder: ClusterFolder, options: RestoreOptions): Plan {
  const chosen = choose(options, dataIn(folder))
  refuseOtherVersion(chosen.base)
  refuseWithoutRoom(folder.dir, chosen.base.bytes)
  if (options.to === 'latest') refuseDamagedLog(options.from, chosen, options.say)
  return chosen
}

async function restoreAlone(
  folder: ClusterFolder,
  options: RestoreOptions,
  known: Plan | undefined,
): Promise<Restored> {
  const { from, say } = options
  const work = new ClusterFolder(folder.at('restoring'))
  await clear(work)
  const old = dataIn(folder)
  const chosen = known ?? consider(folder, options)
  const { base } = chosen
  if (isOwn(options)) keepUnarchived(from, chosen, say)

  const recovered = await recoverIn(work, chosen, options, folder).catch(async (error: unknown) => {
    await clear(work)
    throw error
  })
  if (isOwn(options)) from.noteTimeline(recovered.timeline, { isNew: true })
  const aside = putInPlace(folder, work)
  if (!isOwn(options)) noteArchive(folder, undefined)
  await clear(work)
  return {
    base: base.name,
    reached: recovered.reached?.toISOString() ?? base.finishedAt,
    timeline: recovered.timeline,
    tables: recovered.tables,
    masterKeys: recovered.masterKeys,
    oldData: aside ?? old ?? null,
    notArchiving: isOwn(options)
      ? await goOnArchiving(folder, from, say)
      : 'it was restored from another folder of backups than its own',
  }
}

/** Nothing of the old data is touched here, whatever goes wrong. */
async function recoverIn(
  work: ClusterFolder,
  chosen: Plan,
  { from, to, say }: RestoreOptions,
  folder: ClusterFolder,
): Promise<Recovered> {
  const { base } = chosen
  const account = serverAccount()
  fs.mkdirSync(work.dir)
  fs.mkdirSync(work.data, { mode: 0o700 })
  if (account !== undefined) fs.chownSync(work.data, account.uid, account.gid)
  const tell = percent(`Copying and checking the base backup ${base.name}`, say)
  checkBase(base, { into: { dir: work.data, account }, say: tell })
  say('Starting PostgreSQL to repeat the log')
  const password = folder.password() ?? crypto.randomBytes(24).toString('base64url')
  try {
    return await recover(work, chosen, to, { password, say })
  } catch (error) {
    const log = keepLog(folder, work)
    refuseDamagedLog(from, chosen, say)
    const { message, advice } = explain(error) ?? new Problem(`It failed: ${String(error)}.`, '')
    throw new Problem(message, `${advice} The data are as they were. See ${log}.`, { cause: error })
  }
}

/** Removes what a restore that was killed left, and ends its server, which nobody else can use. */
async function clear(work: ClusterFolder): Promise<void> {
  const gone = () => until(10_000, () => work.running() === undefined)
  if ((await gone()) !== true) {
    const pid = work.running()?.pid
    if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGQUIT')
    await gone()
  }
  fs.rmSync(work.dir, { recursive: true, force: true, maxRetries: 5 })
}

const isOwn = ({ from, own }: RestoreOptions) => from.dir === own.dir

function choose(options: RestoreOptions, old: string | undefined): Plan {
  const { from, own, to, say } = options
  const { bases, unreadable } = from.list()
  for (const file of unreadable) say(`${file} cannot be read; its base backup is not used`)
  const [first] = bases
  const identity = isOwn(options) && old !== undefined ? identityOf(old) : undefined
  const continued =
    old !== undefined && identity !== undefined && identity.system === first?.systemIdentifier
      ? { pgWal: path.join(old, 'pg_wal'), timeline: identity.timeline }
      : undefined
  const chosen = plan(from, bases, continued, to)
  const related = own.list().bases.at(0)?.systemIdentifier === first?.systemIdentifier
  if (isOwn(options) || !related) return chosen
  const beside = timelinesOf(findWal(own.wal, undefined, chosen.wal.segmentBytes))
  return { ...chosen, taken: [...chosen.taken, ...beside] }
}

function refuseOtherVersion(base: BaseBackup): void {
  const { major } = embeddedBinaries()
  if (Number.parseInt(base.server, 10) === major) return
  throw new Problem(
    `The backup ${base.name} is of PostgreSQL ${base.server}, and this release of Fluence brings PostgreSQL ${major}.`,
    'Restore it with the release that made it.',
  )
}

/** Without a target the recovery would take the first fault for the end, and lose what follows. */
function refuseDamagedLog(from: BackupFolder, { base, path: way, wal }: Plan, say: Say): void {
  const [gap] = way.missing
  const position = readPosition(base.startWal)
  const before = way.segments.filter(({ name }) => gap === undefined || name < gap)
  const start = { position, segmentBytes: wal.segmentBytes }
  const { faults, lastCommit } = checkRecords(before, start, percent('Checking the log', say))
  if (faults.length === 0 && gap === undefined) return
  throw new Problem(
    `The write-ahead log is not whole: ${faults[0] ?? `${path.join(from.wal, gap ?? '')} is missing`}.`,
    lastCommit === undefined
      ? 'Get that file back from a copy.'
      : `Get that file back from a copy, or restore to what is before it: --to ${lastCommit.toISOString()}.`,
  )
}

/** Saves what the old server had not archived: the way to other moments may need it, too. */
function keepUnarchived(from: BackupFolder, { base, wal }: Plan, say: Say): void {
  const first = firstNeeded([base])
  const files = new Map([...wal.histories].map(([of, file]) => [historyName(of), file]))
  for (const { number, complete, name, file } of wal.segments.values()) {
    if (number >= first) files.set(complete ? name : `${name}.partial`, file)
  }
  try {
    for (const [name, file] of files) {
      if (path.dirname(file) !== from.wal) keepFile(file, path.join(from.wal, name))
    }
  } catch (error) {
    const why = explain(error)?.message ?? (error as Error).message
    say(`The last part of the log stays in the old data only: ${why}`)
  }
}

function putInPlace(folder: ClusterFolder, work: ClusterFolder): string | undefined {
  if (folder.password() === undefined) fs.renameSync(work.passwordFile, folder.passwordFile)
  const aside = fs.existsSync(folder.data)
    ? folder.aside(new Date().toISOString().replaceAll(':', '-'))
    : undefined
  if (aside !== undefined) fs.renameSync(folder.data, aside)
  fs.renameSync(work.data, folder.data)
  syncFolder(folder.dir)
  return aside
}

/** The log of the new timeline begins in the archive at once, not with the next start. */
async function goOnArchiving(
  folder: ClusterFolder,
  from: BackupFolder,
  say: Say,
): Promise<string | null> {
  say('Starting the restored database once, to see that its log is archived')
  try {
    const cluster = await startArchiving(folder, from, () => {})
    await cluster.stop()
    return null
  } catch (error) {
    return explain(error)?.message ?? (error as Error).message
  }
}

/** What the server of a recovery said, kept for whoever asks why it failed. */
function keepLog(folder: ClusterFolder, work: ClusterFolder): string {
  const log = folder.at('log', 'restore.log')
  fs.mkdirSync(folder.logs, { recursive: true })
  if (fs.existsSync(work.startLog)) fs.copyFileSync(work.startLog, log)
  return log
}
