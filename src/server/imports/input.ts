import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import { CsvScanner, type Row } from './csv.ts'

/** A file that is read once, from its beginning to its end. */
export interface Input {
  /** Its name without the folder; null for what comes through a pipe. */
  readonly name: string | null
  /** How long it is, where that is known. */
  readonly size: number | undefined
  /** How much of it was read. */
  readonly read: number
  rows(): AsyncGenerator<Row>
  /** SHA-256 of what was read. */
  hash(): Buffer
}

const pieceBytes = 256 * 1024

/** Opens a file by its name; `-` is the standard input. */
export function openInput(file: string, stdin: NodeJS.ReadableStream = process.stdin): Input {
  if (file === '-') return new Pieces(null, undefined, stdin as AsyncIterable<Buffer>)
  const found = fs.statSync(file, { throwIfNoEntry: false })
  if (found === undefined) throw new Problem(`There is no file ${file}.`, 'Check its name.')
  if (found.isDirectory()) throw new Problem(`${file} is a folder.`, 'Name a file in it.')
  const size = found.isFile() ? found.size : undefined
  const stream = fs.createReadStream(file, { highWaterMark: pieceBytes })
  return new Pieces(path.basename(file), size, stream)
}

class Pieces implements Input {
  readonly name: string | null
  readonly size: number | undefined
  read = 0
  readonly #pieces: AsyncIterable<Buffer>
  readonly #hash = crypto.createHash('sha256')

  constructor(name: string | null, size: number | undefined, pieces: AsyncIterable<Buffer>) {
    this.name = name
    this.size = size
    this.#pieces = pieces
  }

  async *rows(): AsyncGenerator<Row> {
    const scanner = new CsvScanner()
    for await (const piece of this.#pieces) {
      const isFirst = this.read === 0
      this.#hash.update(piece)
      this.read += piece.length
      yield* scanner.push(isFirst ? textOf(piece) : piece)
    }
    yield* scanner.finish()
  }

  hash(): Buffer {
    return this.#hash.copy().digest()
  }
}

const beginnings: readonly [bytes: string, what: string][] = [
  ['1f8b', 'It is compressed: unpack it (gunzip).'],
  ['504b0304', 'It is an archive or a spreadsheet: save it as CSV.'],
  ['d0cf11e0', 'It is a spreadsheet: save it as CSV.'],
  ['fffe', 'It is UTF-16: save it as UTF-8.'],
  ['feff', 'It is UTF-16: save it as UTF-8.'],
]

/** Without the mark with which some programs begin a file of UTF-8. */
function textOf(piece: Buffer): Buffer {
  const start = piece.subarray(0, 4).toString('hex')
  const known = beginnings.find(([bytes]) => start.startsWith(bytes))
  if (known !== undefined) throw new Problem('The file is no text.', known[1])
  if (piece.includes(0)) throw new Problem('The file is no text.', 'Give a CSV file in UTF-8.')
  return start.startsWith('efbbbf') ? piece.subarray(3) : piece
}
