import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'

/** A seal as it is written down outside of the database. */
export interface Seal {
  readonly block: string
  readonly hash: string
  readonly rows: number
  readonly sealedAt: string
}

export const sealsFile = (dataDir: string) => path.join(dataDir, 'audit-seals.jsonl')

/** Longer than any line. */
const tailBytes = 1000

/**
 * The file that seals are written to, a line each. Whoever can change the database should not be able
 * to change it: see docs/operations.md.
 */
export class SealsFile {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** The last seal in it. A line that a crash has cut off is taken away. */
  last(): Seal | undefined {
    if (!fs.existsSync(this.#file)) return undefined
    const file = fs.openSync(this.#file, 'r+')
    try {
      const { size } = fs.fstatSync(file)
      const start = Math.max(0, size - tailBytes)
      const tail = Buffer.alloc(size - start)
      fs.readSync(file, tail, 0, tail.length, start)
      const end = tail.lastIndexOf('\n') + 1
      if (end < tail.length) fs.ftruncateSync(file, start + end)
      const line = tail.subarray(0, end).toString().trimEnd().split('\n').at(-1)
      return line ? readSeal(line) : undefined
    } finally {
      fs.closeSync(file)
    }
  }

  /** Writes seals behind the others, and returns when they are on the disk. */
  append(seals: readonly Seal[]): void {
    fs.mkdirSync(path.dirname(this.#file), { recursive: true })
    const file = fs.openSync(this.#file, 'a', 0o600)
    try {
      fs.writeSync(file, seals.map((seal) => `${JSON.stringify(seal)}\n`).join(''))
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
  }
}

/** A line that cannot be read. */
export class Unreadable extends Error {
  readonly line: number

  constructor(line: number) {
    super(`line ${line} is no seal`)
    this.line = line
  }
}

/** The seals in a file, one by one; only what is in it now. */
export async function* readSeals(file: string): AsyncGenerator<Seal> {
  if (!fs.existsSync(file)) return
  const { size } = fs.statSync(file)
  if (size === 0) return
  const input = fs.createReadStream(file, { end: size - 1 })
  let number = 0
  for await (const line of readline.createInterface({ input })) {
    number += 1
    const seal = readSeal(line)
    if (seal === undefined) throw new Unreadable(number)
    yield seal
  }
}

function readSeal(line: string): Seal | undefined {
  try {
    const seal = JSON.parse(line) as Partial<Seal>
    const isSeal = /^\d{1,19}$/.test(seal.block ?? '') && /^[0-9a-f]{64}$/.test(seal.hash ?? '')
    return isSeal ? (seal as Seal) : undefined
  } catch {
    return undefined
  }
}
