import { Problem } from '../../problem.ts'

/** A row of a file, with the very bytes that it was read from. */
export interface Row {
  /** The line on which it begins; the first one is 1. */
  readonly line: number
  readonly raw: Buffer
  /** Its cells, or why it has none. */
  readonly cells: readonly string[] | { readonly fault: string }
}

/** Longer than any row of ours: beyond it, a quote that does not end is not looked for. */
export const longestRow = 2 ** 20

const quote = 0x22
const comma = 0x2c
const newline = 0x0a
const carriageReturn = 0x0d

const faults = {
  open: 'a quote does not end, or something other than a comma stands behind it',
  bytes: 'it has bytes that are no UTF-8',
  zero: 'it has a byte zero',
} as const

type Cell = readonly [from: number, to: number, hasPairs: boolean]
type Scanned = { readonly cells: readonly Cell[]; readonly next: number } | 'open' | 'unfinished'

/**
 * Reads comma-separated rows out of pieces of a file. A cell in quotes holds commas, new lines, and
 * quotes as pairs; a quote within a cell that does not begin with one is a quote. A row that makes no
 * sense costs its own line and no other: reading goes on behind it.
 */
export class CsvScanner {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #rest: Buffer = Buffer.alloc(0)
  #line = 1

  #decode(bytes: Buffer): string | { readonly fault: string } {
    try {
      const text = this.#decoder.decode(bytes)
      return text.includes('\0') ? { fault: faults.zero } : text
    } catch {
      return { fault: faults.bytes }
    }
  }

  /** The rows that are whole now. */
  *push(piece: Buffer): Generator<Row> {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    yield* this.#read(false)
  }

  /** The last row, which need not end with a new line. */
  *finish(): Generator<Row> {
    yield* this.#read(true)
  }

  *#read(atEnd: boolean): Generator<Row> {
    const bytes = this.#rest
    let start = 0
    let nextQuote = bytes.indexOf(quote)
    while (start < bytes.length) {
      const end = bytes.indexOf(newline, start)
      if (end === -1 && !atEnd && bytes.length - start < longestRow) break
      if (end === -1 ? bytes.length - start >= longestRow : end - start >= longestRow) {
        throw new Problem(
          `Line ${this.#line} is longer than a million characters.`,
          'Check that the file is CSV, with a new line behind each row.',
        )
      }
      const lineEnd = end === -1 ? bytes.length : end + 1
      if (nextQuote !== -1 && nextQuote < start) nextQuote = bytes.indexOf(quote, start)
      if (nextQuote === -1 || nextQuote >= lineEnd) {
        const raw = bytes.subarray(start, lineEnd)
        const row = this.#plain(raw)
        if (row !== undefined) yield { line: this.#line, raw, cells: row }
        this.#line += 1
        start = lineEnd
        continue
      }
      const scanned = scan(bytes, start, atEnd)
      if (scanned === 'unfinished' && bytes.length - start < longestRow) break
      if (typeof scanned === 'string') {
        yield {
          line: this.#line,
          raw: bytes.subarray(start, lineEnd),
          cells: { fault: faults.open },
        }
        this.#line += 1
        start = lineEnd
        continue
      }
      const raw = bytes.subarray(start, scanned.next)
      yield { line: this.#line, raw, cells: this.#quoted(bytes, scanned.cells) }
      this.#line += count(raw)
      start = scanned.next
    }
    this.#rest = bytes.subarray(start)
  }

  /** A line without a quote; undefined if it is empty. */
  #plain(raw: Buffer): Row['cells'] | undefined {
    const text = this.#decode(withoutEnd(raw))
    if (text === '') return undefined
    if (typeof text !== 'string') return text
    return text.split(',')
  }

  #quoted(bytes: Buffer, cells: readonly Cell[]): Row['cells'] {
    const texts: string[] = []
    for (const [from, to, hasPairs] of cells) {
      const text = this.#decode(bytes.subarray(from, to))
      if (typeof text !== 'string') return text
      texts.push(hasPairs ? text.replaceAll('""', '"') : text)
    }
    return texts
  }
}

function scan(bytes: Buffer, start: number, atEnd: boolean): Scanned {
  const cells: Cell[] = []
  const unfinished = atEnd ? 'open' : 'unfinished'
  let at = start
  for (;;) {
    if (bytes[at] === quote) {
      let hasPairs = false
      let close = bytes.indexOf(quote, at + 1)
      while (close !== -1 && bytes[close + 1] === quote) {
        hasPairs = true
        close = bytes.indexOf(quote, close + 2)
      }
      // At the very end of a piece, whether it is one of a pair is not known yet.
      if (close === -1 || (close + 1 === bytes.length && !atEnd)) return unfinished
      cells.push([at + 1, close, hasPairs])
      at = close + 1
    } else {
      const from = at
      while (at < bytes.length && bytes[at] !== comma && bytes[at] !== newline) at += 1
      if (at === bytes.length && !atEnd) return 'unfinished'
      const endsLine = bytes[at] !== comma
      cells.push([
        from,
        endsLine && at > from && bytes[at - 1] === carriageReturn ? at - 1 : at,
        false,
      ])
    }
    if (at >= bytes.length) return { cells, next: bytes.length }
    if (bytes[at] === carriageReturn && at + 1 === bytes.length && !atEnd) return 'unfinished'
    if (bytes[at] === carriageReturn && (bytes[at + 1] ?? newline) === newline) at += 1
    if (at >= bytes.length || bytes[at] === newline) return { cells, next: at + 1 }
    if (bytes[at] !== comma) return 'open'
    at += 1
  }
}

/** A row without its end of line. */
export function withoutEnd(raw: Buffer): Buffer {
  let end = raw.length
  if (raw[end - 1] === newline) end -= 1
  if (raw[end - 1] === carriageReturn) end -= 1
  return raw.subarray(0, end)
}

function count(raw: Buffer): number {
  let lines = 0
  for (let at = raw.indexOf(newline); at !== -1; at = raw.indexOf(newline, at + 1)) lines += 1
  return lines
}
