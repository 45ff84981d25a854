import { Problem } from '../../problem.ts'

export interface Column {
  /** As the seeds and the rejects call it. */
  readonly name: string
  /** What else it may be called. */
  readonly synonyms: readonly string[]
  readonly required: boolean
}

/** What stands before the cells of a row in a file of rejects, which may be imported once mended. */
export const rejectColumns = ['line', 'column', 'code', 'reason'] as const

/** Where in a row the cell of each column stands. */
export interface Header {
  readonly cells: number
  readonly places: ReadonlyMap<string, number>
}

const plain = (text: string) =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')

/** Finds out which column is which; refuses a header that leaves a doubt. */
export function readHeader(cells: readonly string[], columns: readonly Column[]): Header {
  const names = cells.map(plain)
  const first = afterRejects(names)
  const places = new Map<string, number>()
  const unknown: string[] = []
  for (const [i, name] of names.entries()) {
    if (i < first) continue
    const column = columns.find((each) => each.name === name || each.synonyms.includes(name))
    const before = places.get(column?.name ?? '')
    if (column === undefined) {
      unknown.push(cells[i] ?? '')
    } else if (before !== undefined) {
      throw new Problem(
        `The file has ${column.name} twice: ${quoted([cells[before], cells[i]])}.`,
        'Take one of them out.',
      )
    } else {
      places.set(column.name, i)
    }
  }
  const missing = columns.filter(({ name, required }) => required && !places.has(name))
  if ((missing.length > 0 || unknown.length > 0) && cells.some((cell) => lineEnd.test(cell))) {
    throw new Problem(
      'The first line of the file goes on behind the names of the columns.',
      'Save it with a new line (LF or CRLF) behind each row.',
    )
  }
  if (missing.length > 0) {
    throw new Problem(
      `The file has no column ${missing.map(({ name }) => name).join(', ')}.`,
      separatorIn(cells) ?? `Its first line must name the columns: ${known(columns)}.`,
    )
  }
  if (unknown.length > 0) {
    throw new Problem(
      `The file has columns that are not known: ${quoted(unknown)}.`,
      `Take them out; known are ${known(columns)}.`,
    )
  }
  return { cells: cells.length, places }
}

/** Rejects of a file of rejects have those columns twice. */
function afterRejects(names: readonly string[]): number {
  let first = 0
  while (rejectColumns.every((name, i) => names[first + i] === name)) first += rejectColumns.length
  return first
}

const known = (columns: readonly Column[]) => columns.map(({ name }) => name).join(', ')

const quoted = (texts: readonly (string | undefined)[]) =>
  texts.map((text) => `"${(text ?? '').slice(0, 40)}"`).join(', ')

/** Where rows end otherwise than we know, somebody's data stand in the first line, and are not quoted. */
const lineEnd = /[\r\n\v\f\u0085\u2028\u2029]/

function separatorIn([only = '', more]: readonly string[]): string | undefined {
  if (more !== undefined || !/[;\t|]/.test(only)) return undefined
  return 'Its cells are separated by something other than commas: save it with commas.'
}
