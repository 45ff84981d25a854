import fs from 'node:fs'
import { type Segment, segmentAt } from './wal.ts'

const pageBytes = 8192
const recordHeader = 24
const flags = { continued: 0x01, long: 0x02, overwritten: 0x08 } as const
const align = (offset: number) => (offset + 7) & ~7

export interface LogCheck {
  /** One line for each file that is damaged. */
  readonly faults: readonly string[]
  /** The last transaction that was committed before the first of them, or at all. */
  readonly lastCommit: Date | undefined
}

class Damage extends Error {}

/**
 * Reads the write-ahead log record by record and compares each with its checksum. The recovery does
 * so too, but takes a record that does not match for the end of the log, and stops there in peace.
 */
export function checkRecords(
  segments: readonly Segment[],
  start: { readonly position: bigint; readonly segmentBytes: number },
  say: (done: number, all: number) => void = () => {},
): LogCheck {
  const reader = new LogReader(start.segmentBytes)
  const faults: string[] = []
  let lastCommit: Date | undefined
  const first = segmentAt(start.position, start.segmentBytes)
  let before = first - 1
  for (const [index, segment] of segments.entries()) {
    if (!segment.complete) continue
    if (segment.number !== before + 1) reader.lose()
    before = segment.number
    const from = segment.number === first ? Number(start.position % BigInt(start.segmentBytes)) : 0
    try {
      reader.read(fs.readFileSync(segment.file), segment, from)
    } catch (error) {
      if (!(error instanceof Damage)) throw error
      faults.push(`${segment.file} ${error.message}`)
      reader.lose()
    }
    if (faults.length === 0) lastCommit = reader.lastCommit
    say(index + 1, segments.length)
  }
  return { faults, lastCommit }
}

/** A record may begin in one segment and end in the next: that is what is carried over. */
class LogReader {
  readonly #segmentBytes: number
  #pending: { pieces: Buffer[]; left: number } | undefined
  #switched = false
  /** Where the next record begins is not known: behind what is left of one that was not seen. */
  #lost = false
  lastCommit: Date | undefined

  constructor(segmentBytes: number) {
    this.#segmentBytes = segmentBytes
  }

  /** After something that could not be read: goes on with the first record that can. */
  lose(): void {
    this.#pending = undefined
    this.#lost = true
  }

  read(data: Buffer, segment: Segment, from: number): void {
    if (data.length !== this.#segmentBytes) {
      throw new Damage(`has ${data.length} bytes instead of ${this.#segmentBytes}`)
    }
    const start = BigInt(segment.number) * BigInt(this.#segmentBytes)
    for (let page = from - (from % pageBytes); page < data.length; page += pageBytes) {
      const info = data.readUInt16LE(page + 2)
      const timeline = data.readUInt32LE(page + 4)
      if (data.readBigUInt64LE(page + 8) !== start + BigInt(page) || timeline > segment.timeline) {
        throw new Damage(`is damaged at byte ${page}`)
      }
      let at = Math.max(from, page + (info & flags.long ? 40 : recordHeader))
      const end = page + pageBytes
      if (this.#lost) {
        if (info & flags.continued) at = align(at + data.readUInt32LE(page + 16))
        if (at >= end) continue
        this.#lost = false
      }
      if (info & flags.overwritten) this.#pending = undefined
      if (this.#pending !== undefined) {
        if (!(info & flags.continued) || data.readUInt32LE(page + 16) !== this.#pending.left) {
          throw new Damage(`is damaged at byte ${page}`)
        }
        at = this.#take(data, at, end, this.#pending)
      }
      while (at < end && !this.#switched) {
        const length = data.readUInt32LE(at)
        if (length < recordHeader) throw new Damage(`is damaged at byte ${at}`)
        at = this.#take(data, at, end, { pieces: [], left: length })
      }
      if (this.#switched) break
    }
    this.#switched = false
  }

  /** Takes what a page has of a record; where the page goes on behind it. */
  #take(data: Buffer, at: number, end: number, record: { pieces: Buffer[]; left: number }) {
    const piece = data.subarray(at, Math.min(end, at + record.left))
    const pieces = [...record.pieces, piece]
    const left = record.left - piece.length
    this.#pending = left > 0 ? { pieces, left } : undefined
    if (left === 0 && !this.#isIntact(pieces.length === 1 ? piece : Buffer.concat(pieces))) {
      throw new Damage(`is damaged at byte ${at}`)
    }
    return align(at + piece.length)
  }

  #isIntact(record: Buffer): boolean {
    const body = crc32c(record.subarray(recordHeader), 0xffffffff)
    const sum = (crc32c(record.subarray(0, 20), body) ^ 0xffffffff) >>> 0
    if (sum !== record.readUInt32LE(20)) return false
    this.lastCommit = commitTime(record) ?? this.lastCommit
    // After a switch the rest of the segment is empty.
    this.#switched = record[17] === 0 && record[16] === 0x40
    return true
  }
}

/** When a transaction was committed, if that is what the record says. */
function commitTime(record: Buffer): Date | undefined {
  const kind = (record[16] ?? 0) & 0x70
  if (record[17] !== 1 || (kind !== 0x00 && kind !== 0x30)) return undefined
  let at = recordHeader
  // Before the data may stand where it came from and its outer transaction.
  for (;;) {
    const id = record[at]
    if (id === 253) at += 3
    else if (id === 252) at += 5
    else break
  }
  at += record[at] === 255 ? 2 : 5
  if (at + 8 > record.length) return undefined
  const microseconds = record.readBigInt64LE(at)
  return new Date(Date.UTC(2000, 0, 1) + Number(microseconds / 1000n))
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

/** The polynomial of Castagnoli, which Node does not bring. */
function crc32c(data: Buffer, before: number): number {
  let sum = before
  for (let i = 0; i < data.length; i += 1) {
    sum = (table[(sum ^ (data[i] ?? 0)) & 0xff] ?? 0) ^ (sum >>> 8)
  }
  return sum
}
