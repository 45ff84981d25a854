/**
 * A line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula begins with an
 * apostrophe.
 */
export const csvLine = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\r\n`

function quoted(cell: string): string {
  const harmless = /^[=+\-@\t\r]/.test(cell) && !isNumber(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

const isNumber = (cell: string) => /^-?\d+(\.\d+)?$/.test(cell)
