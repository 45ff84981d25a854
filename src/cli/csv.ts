type Cell = string | number | boolean | Date | null | readonly string[]

/**
 * A table as RFC 4180 has it. What a spreadsheet would take for a formula is led by an apostrophe:
 * names are chosen by people, and the one who opens the file is not always the one who chose.
 */
export function csv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('')
}

const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u

function field(cell: Cell): string {
  const text = asText(cell)
  const harmless = typeof cell !== 'number' && formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

function asText(cell: Cell): string {
  if (cell === null) return ''
  if (cell instanceof Date) return cell.toISOString()
  return Array.isArray(cell) ? cell.join('; ') : String(cell)
}
