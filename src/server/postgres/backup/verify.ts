import { Problem } from '../../../problem.ts'
import type { Say } from '../launch.ts'
import type { BackupFolder, BaseBackup } from './folder.ts'
import { checkBase } from './manifest.ts'
import { usableFor } from './plan.ts'
import { checkRecords } from './records.ts'
import { percent } from './sizes.ts'
import { findWal, pathTo, readPosition, timelinesOf } from './wal.ts'

export interface Verified {
  readonly bases: number
  readonly segments: number
  /** One line for each fault; none if all is well. */
  readonly faults: readonly string[]
}

/** Reads all base backups and all of the log that follows from them. */
export function verify(folder: BackupFolder, say: Say): Verified {
  const { bases, unreadable } = folder.list()
  const faults = unreadable.map((file) => `${file} cannot be read.`)
  for (const base of bases) {
    try {
      checkBase(base, { say: percent(`Checking ${base.name}`, say) })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      faults.push(error.message)
    }
  }
  const log = verifyLog(folder, bases, percent('Checking the write-ahead log', say))
  return { bases: bases.length, segments: log.segments, faults: [...faults, ...log.faults] }
}

/** Each timeline, from the oldest base backup that leads to it to its end. */
function verifyLog(
  folder: BackupFolder,
  bases: readonly BaseBackup[],
  say: (done: number, all: number) => void,
): { segments: number; faults: Set<string> } {
  const faults = new Set<string>()
  const seen = new Set<string>()
  const [first] = bases
  if (first === undefined) return { segments: 0, faults }
  const wal = findWal(folder.wal, undefined, first.walSegmentBytes)
  const timelines = new Set([...timelinesOf(wal), ...bases.map(({ timeline }) => timeline)])
  for (const timeline of timelines) {
    const base = bases.find((one) => usableFor(wal, one, timeline))
    if (base === undefined) continue
    const stops = bases.filter((one) => one === base || one.timeline === timeline)
    const needed = stops.map((one) => readPosition(one.stopWal))
    const position = readPosition(base.startWal)
    const furthest = needed.reduce((max, one) => (one > max ? one : max))
    const { segments, missing } = pathTo(wal, timeline, position, furthest)
    for (const name of missing) faults.add(`${folder.wal}/${name} is missing.`)
    const start = { position, segmentBytes: wal.segmentBytes }
    // Timelines have their beginning in common.
    const unseen = segments.filter(({ name }) => !seen.has(name))
    for (const fault of checkRecords(unseen, start, say).faults) faults.add(`${fault}.`)
    for (const { name } of unseen) seen.add(name)
  }
  return { segments: seen.size, faults }
}
