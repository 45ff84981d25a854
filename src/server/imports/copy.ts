/** How a value of each type goes into PostgreSQL's binary COPY. */
const encoders = {
  int8: (value: bigint) => {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeBigInt64BE(value)
    return bytes
  },
  int4: (value: number) => {
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeInt32BE(value)
    return bytes
  },
  bool: (value: boolean) => (value ? yes : no),
  text: (value: string) => Buffer.from(value),
  bytea: (value: Buffer) => value,
  uuid: (value: string) => Buffer.from(value.replaceAll('-', ''), 'hex'),
  /** As 2024-02-29; counted in days from the first of January 2000. */
  date: (value: string) => encoders.int4((Date.parse(`${value}T00:00:00Z`) - epoch) / 86_400_000),
} as const

const yes = Buffer.from([1])
const no = Buffer.from([0])
const epoch = Date.UTC(2000, 0, 1)
const start = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const end = Buffer.from([0xff, 0xff])

export type CopyType = keyof typeof encoders
export type CopyValue<T extends CopyType> = Parameters<(typeof encoders)[T]>[0] | null

/** A row of values, by the types of their columns. */
export type CopyRow<T extends Readonly<Record<string, CopyType>>> = {
  readonly [K in keyof T]: CopyValue<T[K]>
}

/**
 * Rows as COPY takes them in binary form: nothing needs escaping, and an error of PostgreSQL has no
 * text of a row that it could quote.
 */
export function* encodeRows<T extends Readonly<Record<string, CopyType>>>(
  types: T,
  rows: Iterable<CopyRow<T>>,
): Generator<Buffer> {
  const columns = Object.entries(types)
  const count = Buffer.allocUnsafe(2)
  count.writeInt16BE(columns.length)
  yield start
  for (const row of rows) {
    const parts: Buffer[] = [count]
    for (const [name, type] of columns) {
      const value = row[name]
      const bytes = value == null ? undefined : (encoders[type] as (v: unknown) => Buffer)(value)
      parts.push(encoders.int4(bytes?.length ?? -1))
      if (bytes !== undefined) parts.push(bytes)
    }
    yield Buffer.concat(parts)
  }
  yield end
}
