import { Problem } from '../../../problem.ts'
import type { BackupFolder, BaseBackup } from './folder.ts'
import type { Moment } from './moment.ts'
import {
  branchesTo,
  findWal,
  pathTo,
  readPosition,
  timelinesOf,
  type Wal,
  type WalPath,
} from './wal.ts'

/** What a restore starts from, and the way of the log from there. */
export interface Plan {
  readonly base: BaseBackup
  readonly timeline: number
  readonly wal: Wal
  readonly path: WalPath
  /** Timelines that there are already: the restore begins a new one beside them. */
  readonly taken: readonly number[]
}

/** Whether the log leads from a base backup to a timeline. */
export function usableFor(wal: Wal, base: BaseBackup, timeline: number): boolean {
  if (base.timeline === timeline) return true
  const stop = readPosition(base.stopWal)
  return branchesTo(wal, timeline).some(
    ({ parent, end }) => parent === base.timeline && stop <= end,
  )
}

/** The data that are to be replaced, where the log in the archive is theirs. */
export interface OldData {
  readonly pgWal: string
  readonly timeline: number
}

/** Chooses the newest base backup before a moment, and the timeline that was the database's then. */
export function plan(
  folder: BackupFolder,
  bases: readonly BaseBackup[],
  old: OldData | undefined,
  to: Moment | 'latest',
): Plan {
  const [first] = bases
  if (first === undefined) {
    throw new Problem(
      `There is no backup in ${folder.dir}.`,
      'Set FLUENCE_BACKUP_DIR, or name the folder with --from; fluence backup makes one.',
    )
  }
  if (to !== 'latest' && to.date > new Date()) {
    throw new Problem('That moment is still to come.', 'Restore to latest, or to a moment before.')
  }
  const wal = findWal(folder.wal, old?.pgWal, first.walSegmentBytes)
  const timeline = timelineAt(folder, wal, old, to) ?? first.timeline
  const base = bases.findLast(
    (one) =>
      usableFor(wal, one, timeline) && (to === 'latest' || new Date(one.finishedAt) < to.date),
  )
  if (base === undefined) {
    throw new Problem(
      `The oldest backup that leads there was finished at ${first.finishedAt}; nothing before it can be restored.`,
      'Name a later moment with --to, or another folder of backups with --from.',
    )
  }
  const path = pathTo(wal, timeline, readPosition(base.startWal), readPosition(base.stopWal))
  return { base, timeline, wal, path, taken: timelinesOf(wal) }
}

/**
 * Each restore begins a timeline of its own. A moment is on the one that was the database's at that
 * moment: so whoever restored too far back may still restore to a later moment, as it was then.
 */
function timelineAt(
  folder: BackupFolder,
  wal: Wal,
  old: OldData | undefined,
  to: Moment | 'latest',
): number | undefined {
  const known = timelinesOf(wal)
  const notes = folder.timelines().filter(({ timeline }) => known.includes(timeline))
  const last = notes.at(-1)
  // Data that a restore had moved aside were put back since: then theirs is the one that counts.
  if (old !== undefined && last !== undefined && old.timeline !== last.timeline) {
    notes.push({ timeline: old.timeline, since: last.since })
  }
  if (notes.length === 0) return old?.timeline ?? known[0]
  if (to === 'latest') return notes.at(-1)?.timeline
  return notes.findLast(({ since }) => new Date(since) <= to.date)?.timeline
}
