export type Cell = string | number | boolean | Date | null | readonly string[]

/** A table as RFC 4180 has it. */
export const csv = (head: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [head, ...rows].map(csvLine).join('')

/**
 * A line of it. What a spreadsheet would take for a formula is led by an apostrophe: names are chosen
 * by people, and the one who opens the file is not always the one who chose.
 */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(quoted).join(',')}\r\n`

const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u
const isNumber = (text: string) => /^-?\d+(\.\d+)?$/.test(text)

function quoted(cell: Cell): string {
  const text = asText(cell)
  const harmless = formula.test(text) && !isNumber(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

function asText(cell: Cell): string {
  if (cell === null) return ''
  if (cell instanceof Date) return cell.toISOString()
  return Array.isArray(cell) ? cell.join('; ') : String(cell)
}
