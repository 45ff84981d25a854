import fs from 'node:fs'
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

/** Chooses the newest base backup before a moment, and the timeline that was the database's then. */
export function plan(
  folder: BackupFolder,
  bases: readonly BaseBackup[],
  pgWal: string | undefined,
  to: Moment | 'latest',
): Plan {
  const [first] = bases
  if (first === undefined) {
    throw new Problem(
      `There is no backup in ${folder.dir}.`,
      'Set FLUENCE_BACKUP_DIR, or name the folder with --from; fluence backup makes one.',
    )
  }
  const wal = findWal(folder.wal, pgWal, first.walSegmentBytes)
  const timeline = timelineAt(folder, wal, first, to)
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
  first: BaseBackup,
  to: Moment | 'latest',
): number {
  if (to !== 'latest' && to.date > new Date()) {
    throw new Problem('That moment is still to come.', 'Restore to latest, or to a moment before.')
  }
  const found = timelinesOf(wal).find(
    (timeline) => to === 'latest' || since(folder, wal, timeline) <= to.date,
  )
  return found ?? first.timeline
}

/** Where it was not noted: a timeline is as old as the first of its files. */
function since(folder: BackupFolder, wal: Wal, timeline: number): Date {
  const segments = [...wal.segments.values()].filter((segment) => segment.timeline === timeline)
  const files = [wal.histories.get(timeline), ...segments.map(({ file }) => file)]
  const times = files.flatMap((file) => (file === undefined ? [] : fs.statSync(file).mtimeMs))
  return folder.timelineSince(timeline) ?? new Date(Math.min(...times))
}
