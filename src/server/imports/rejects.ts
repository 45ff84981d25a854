import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import { withoutEnd } from './csv.ts'
import { rejectColumns } from './header.ts'
import type { Fault } from './kind.ts'

export interface Reject extends Fault {
  readonly line: number
  /** The row as it stands in the file. */
  readonly raw: Buffer
}

/**
 * The rows that were not taken, as CSV: what is wrong stands before each row, and the row is the
 * user's own bytes. So it can be mended and imported again. Nobody else may read it.
 */
export class RejectFile {
  /** Where it is, once there was something to write. */
  path: string | undefined
  readonly #wanted: string | undefined
  readonly #beside: string
  #header: Buffer = Buffer.alloc(0)
  #file: number | undefined

  /** By the name that was asked for, or by one beside the input that is not taken. */
  constructor(input: string, kind: string, wanted?: string) {
    const { dir, name } = path.parse(input === '-' ? kind : input)
    this.#beside = path.join(dir, `${name}.rejects`)
    this.#wanted = wanted
    if (wanted !== undefined && fs.existsSync(wanted)) {
      throw new Problem(`There is a file ${wanted} already.`, 'Name another one for the rejects.')
    }
  }

  /** The first line of the input. Of a file of rejects, the new columns come before the old ones. */
  begin(header: Buffer): void {
    this.#header = withoutEnd(header)
  }

  write(rejects: readonly Reject[]): void {
    if (rejects.length === 0) return
    this.#file ??= this.#open()
    const lines = rejects.flatMap(({ line, field, code, reason, raw }) => [
      Buffer.from(`${line},${field ?? ''},${code},"${reason.replaceAll('"', '""')}",`),
      withoutEnd(raw),
      Buffer.from('\n'),
    ])
    writeAll(this.#file, Buffer.concat(lines))
  }

  close(): void {
    if (this.#file !== undefined) fs.closeSync(this.#file)
    this.#file = undefined
  }

  #open(): number {
    const file = this.#create()
    writeAll(file, Buffer.concat([Buffer.from(`${rejectColumns.join(',')},`), this.#header]))
    writeAll(file, Buffer.from('\n'))
    return file
  }

  #create(): number {
    for (let n = 1; ; n += 1) {
      const name = this.#wanted ?? `${this.#beside}${n === 1 ? '' : `-${n}`}.csv`
      try {
        const file = fs.openSync(name, 'wx', 0o600)
        this.path = name
        return file
      } catch (error) {
        const isTaken = (error as NodeJS.ErrnoException).code === 'EEXIST'
        if (!isTaken || this.#wanted !== undefined) throw error
      }
    }
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at)
}
