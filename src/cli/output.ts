/** Prints one value as JSON for programs, or as people read it. */
export function print<T>(value: T, json: boolean | undefined, asText: (value: T) => string): void {
  const text = json ? JSON.stringify(value, null, 2) : asText(value)
  process.stdout.write(`${text.trimEnd()}\n`)
}

/** Columns as wide as their widest cell; the last one runs free. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
