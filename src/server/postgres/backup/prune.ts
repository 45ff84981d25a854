import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { type BackupFolder, type BaseBackup, namesIn } from './folder.ts'
import { readPosition, readSegmentName, segmentAt } from './wal.ts'

/** Takes away all base backups but the newest, and what of the log none of the kept ones needs. */
export function prune(folder: BackupFolder, keep: number): { bases: string[]; segments: number } {
  const { bases } = folder.list()
  const old = bases.slice(0, -keep)
  for (const base of old) {
    // Under a name that nothing uses, in case we are ended in the middle.
    const doomed = folder.unfinished(base.name)
    fs.renameSync(base.dir, doomed)
    fs.rmSync(doomed, { recursive: true, force: true })
  }
  return {
    bases: old.map((base) => base.name),
    segments: pruneWal(folder, bases.slice(-keep)),
  }
}

/** The histories of timelines stay: they are small, and tell how the kept ones hang together. */
function pruneWal(folder: BackupFolder, kept: readonly BaseBackup[]): number {
  const first = firstNeeded(kept)
  const bytes = kept[0]?.walSegmentBytes ?? 0
  const old = namesIn(folder.wal).filter((name) => {
    const segment = readSegmentName(name.replace(/\.[0-9A-F]{8}\.backup$/, ''), bytes)
    return segment !== undefined && segment.number < first
  })
  for (const name of old) fs.rmSync(path.join(folder.wal, name), { force: true })
  return old.length
}

export const firstNeeded = (bases: readonly BaseBackup[]) =>
  Math.min(...bases.map((base) => segmentAt(readPosition(base.startWal), base.walSegmentBytes)))

/**
 * A segment that was closed by the clock is mostly zeros. Where the system can, they stop taking
 * room on the disk; the file reads as before.
 */
export function thinOut(folder: BackupFolder, since: Date): void {
  const files = namesIn(folder.wal)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .map((name) => path.join(folder.wal, name))
    .filter((file) => fs.statSync(file).mtime >= since)
  const script = 'for file; do fallocate --dig-holes "$file"; done'
  for (let i = 0; i < files.length; i += 500) {
    spawnSync('sh', ['-c', script, 'thin out', ...files.slice(i, i + 500)], { stdio: 'ignore' })
  }
}
