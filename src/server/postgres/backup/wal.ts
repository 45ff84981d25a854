import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from './folder.ts'

/** One file of the write-ahead log. Its number says where in the log it stands. */
export interface Segment {
  readonly name: string
  readonly timeline: number
  readonly number: number
  readonly file: string
  /** False for the last one of a server that ended: its tail is old or empty. */
  readonly complete: boolean
}

/** Where a timeline began: the log goes over to it from its parent there. */
export interface Branch {
  readonly parent: number
  readonly end: bigint
}

/** All of the write-ahead log that can be found. */
export interface Wal {
  readonly segmentBytes: number
  readonly segments: ReadonlyMap<string, Segment>
  /** The file of each timeline that branched off. */
  readonly histories: ReadonlyMap<number, string>
}

/** '1/2A000028' as a position in the log. */
export function readPosition(text: string): bigint {
  const [high = '', low = ''] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

const hex8 = (value: number) => value.toString(16).toUpperCase().padStart(8, '0')
const segmentsOfLog = (segmentBytes: number) => 2 ** 32 / segmentBytes

export const segmentAt = (position: bigint, segmentBytes: number) =>
  Number(position / BigInt(segmentBytes))

export function segmentName(timeline: number, number: number, segmentBytes: number): string {
  const perLog = segmentsOfLog(segmentBytes)
  return hex8(timeline) + hex8(Math.floor(number / perLog)) + hex8(number % perLog)
}

export const historyName = (timeline: number) => `${hex8(timeline)}.history`

const segmentForm = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.partial)?$/

export function readSegmentName(name: string, segmentBytes: number) {
  const [, timeline, log, low, partial] = segmentForm.exec(name) ?? []
  if (timeline === undefined || log === undefined || low === undefined) return undefined
  return {
    timeline: Number.parseInt(timeline, 16),
    number: Number.parseInt(log, 16) * segmentsOfLog(segmentBytes) + Number.parseInt(low, 16),
    complete: partial === undefined,
  }
}

/** What the first page of a segment says about it. */
export function readSegmentHeader(file: string) {
  const header = Buffer.alloc(40)
  const handle = fs.openSync(file, 'r')
  try {
    fs.readSync(handle, header, 0, header.length, 0)
  } finally {
    fs.closeSync(handle)
  }
  return {
    timeline: header.readUInt32LE(4),
    position: header.readBigUInt64LE(8),
    systemIdentifier: String(header.readBigUInt64LE(24)),
  }
}

/**
 * Finds the log in an archive and in the pg_wal of a server that ended, which has what was not yet
 * archived. In pg_wal most files only wait to be used again and hold something older: their first
 * page tells. A file that both have is taken from the archive; one that is known to be complete
 * goes before one that is not.
 */
export function findWal(archive: string, pgWal: string | undefined, segmentBytes: number): Wal {
  const segments = new Map<string, Segment>()
  const histories = new Map<number, string>()
  const add = (name: string, file: string, complete = true) => {
    const found = readSegmentName(name, segmentBytes)
    if (found === undefined) return
    const whole = name.slice(0, 24)
    const known = segments.get(whole)
    if (known?.complete || (known !== undefined && !complete)) return
    segments.set(whole, { ...found, name: whole, file, complete: complete && found.complete })
  }
  const look = (dir: string, each: (name: string, file: string) => void) => {
    for (const name of namesIn(dir)) {
      const file = path.join(dir, name)
      const [, timeline] = /^([0-9A-F]{8})\.history$/.exec(name) ?? []
      if (timeline === undefined) each(name, file)
      else if (!histories.has(Number.parseInt(timeline, 16)))
        histories.set(Number.parseInt(timeline, 16), file)
    }
  }

  const tails: [name: string, file: string][] = []
  look(archive, (name, file) => {
    if (name.endsWith('.partial')) tails.push([name, file])
    else add(name, file)
  })
  if (pgWal !== undefined) {
    look(pgWal, (name, file) => {
      const found = readSegmentName(name, segmentBytes)
      if (found === undefined || !found.complete) return
      const start = BigInt(found.number) * BigInt(segmentBytes)
      if (readSegmentHeader(file).position !== start) return
      const status = path.join(pgWal, 'archive_status', name)
      add(name, file, fs.existsSync(`${status}.ready`) || fs.existsSync(`${status}.done`))
    })
  }
  for (const [name, file] of tails) add(name, file, false)
  return { segmentBytes, segments, histories }
}

/** All timelines that the log is on, newest first. */
export function timelinesOf(wal: Wal): number[] {
  const ofSegments = [...wal.segments.values()].map((segment) => segment.timeline)
  return [...new Set([...ofSegments, ...wal.histories.keys()])].toSorted((a, b) => b - a)
}

/** The branches that lead to a timeline, oldest first; none for the first timeline. */
export function branchesTo(wal: Wal, timeline: number): Branch[] {
  const file = wal.histories.get(timeline)
  if (file === undefined) return []
  const lines = fs.readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [, parent, end] = /^(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/.exec(line) ?? []
    return parent && end ? [{ parent: Number(parent), end: readPosition(end) }] : []
  })
}

export interface WalPath {
  readonly segments: readonly Segment[]
  /** Names of files that lie between others and are not there. */
  readonly missing: readonly string[]
}

/**
 * The files from one position to the end of a timeline, at least to another position, each from the
 * timeline that the log was on there. At a branch the newer timeline's file repeats what is before.
 */
export function pathTo(wal: Wal, timeline: number, from: bigint, needed: bigint): WalPath {
  const first = segmentAt(from, wal.segmentBytes)
  const branches = branchesTo(wal, timeline)
  const turns = branches.map(({ end }) => segmentAt(end, wal.segmentBytes))
  // A timeline's files go from the segment it branched off in to the one the next branched off in.
  const stretches = [...branches.map(({ parent }) => parent), timeline].map((one, i) => ({
    timeline: one,
    first: turns[i - 1] ?? first,
    last: turns[i] ?? Number.POSITIVE_INFINITY,
  }))
  let last = Math.max(segmentAt(needed - 1n, wal.segmentBytes), (turns.at(-1) ?? first) - 1)
  for (const segment of wal.segments.values()) {
    if (segment.timeline === timeline) last = Math.max(last, segment.number)
  }

  const segments: Segment[] = []
  const missing: string[] = []
  for (let number = first; number <= last; number += 1) {
    const names = stretches
      .filter((stretch) => stretch.first <= number && number <= stretch.last)
      .map((stretch) => segmentName(stretch.timeline, number, wal.segmentBytes))
    const found = names.findLast((name) => wal.segments.has(name))
    const segment = found === undefined ? undefined : wal.segments.get(found)
    if (segment !== undefined) segments.push(segment)
    else missing.push(names.at(-1) ?? '')
  }
  return { segments, missing }
}
