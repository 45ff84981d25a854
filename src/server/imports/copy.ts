/** How a value of each type goes into PostgreSQL's binary COPY. */
const encoders = {
  int8: (out: Bytes, value: bigint) => out.at(out.grow(8)).writeBigInt64BE(value),
  int4: (out: Bytes, value: number) => out.at(out.grow(4)).writeInt32BE(value),
  bool: (out: Bytes, value: boolean) => out.at(out.grow(1)).writeUInt8(value ? 1 : 0),
  text: (out: Bytes, value: string) => out.at(out.grow(Buffer.byteLength(value))).write(value),
  bytea: (out: Bytes, value: Buffer) => out.put(value),
  uuid: (out: Bytes, value: string) => out.put(Buffer.from(value.replaceAll('-', ''), 'hex')),
  /** As 2024-02-29; counted in days from the first of January 2000. */
  date: (out: Bytes, value: string) =>
    encoders.int4(out, (Date.parse(`${value}T00:00:00Z`) - epoch) / 86_400_000),
} as const

const epoch = Date.UTC(2000, 0, 1)
const start = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')

export type CopyType = keyof typeof encoders
/** The columns of a table to copy to, in their order. */
export type CopyTypes = Readonly<Record<string, CopyType>>
/** A row for it. */
export type CopyRow = Readonly<Record<string, bigint | number | boolean | string | Buffer | null>>

/**
 * Rows as COPY takes them in binary form: nothing needs escaping, and an error of PostgreSQL has no
 * text of a row that it could quote.
 */
export function encodeRows(types: CopyTypes, rows: Iterable<CopyRow>): Buffer {
  const columns = Object.entries(types)
  const out = new Bytes()
  out.put(start)
  for (const row of rows) {
    out.at(out.grow(2)).writeInt16BE(columns.length)
    for (const [name, type] of columns) {
      const value = row[name] ?? null
      const length = out.grow(4)
      const before = out.length
      if (value !== null) (encoders[type] as (out: Bytes, value: unknown) => unknown)(out, value)
      out.at(length).writeInt32BE(value === null ? -1 : out.length - before)
    }
  }
  out.at(out.grow(2)).writeInt16BE(-1)
  return out.all()
}

/** Bytes that grow in one piece: a buffer for each value would cost more than what is in it. */
class Bytes {
  length = 0
  #buffer = Buffer.allocUnsafe(2 ** 20)

  /** Makes room; where it begins. */
  grow(bytes: number): number {
    const from = this.length
    this.length += bytes
    if (this.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.length, 2 * this.#buffer.length))
      this.#buffer.copy(larger, 0, 0, from)
      this.#buffer = larger
    }
    return from
  }

  at(position: number): Buffer {
    return this.#buffer.subarray(position)
  }

  put(bytes: Buffer): void {
    const from = this.grow(bytes.length)
    bytes.copy(this.#buffer, from)
  }

  all(): Buffer {
    return this.#buffer.subarray(0, this.length)
  }
}
