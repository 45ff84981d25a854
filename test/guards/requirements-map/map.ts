export interface Row {
  readonly document: string
  readonly kind: string
  readonly demand: string
  readonly here: string
  readonly status: string
  readonly line: number
}

/** What a database and this checkout hold. */
export interface Inventory {
  /** An object in the map's notation, for example `column app_public.products.title`. */
  has(reference: string): boolean
  /** Whether a table, view, routine or type of that name is there, with or without its schema. */
  hasNamed(name: string): boolean
}

/** The rows of all tables under a document's heading; the ones above the first are explanation. */
export function readMap(text: string): Row[] {
  const rows: Row[] = []
  let document = ''
  let kind = ''
  for (const [index, line] of text.split('\n').entries()) {
    const heading = /^(##+) (.*)$/.exec(line)
    if (heading?.[1] === '##') document = heading[2] ?? ''
    if (heading?.[1] === '###') kind = heading[2] ?? ''
    if (document === '' || !line.startsWith('|')) continue
    const [demand = '', here = '', status = '', ...more] = cells(line)
    if (demand === 'demand' || demand === '---') continue
    const rest = more.length === 0 ? status : `${status} | ${more.join(' | ')}`
    rows.push({ document, kind, demand, here, status: rest, line: index + 1 })
  }
  return rows
}

const cells = (line: string) =>
  line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split('|')
    .map((cell) => cell.trim())

const kinds =
  'table|column|constraint|index|view|function|procedure|enum|trigger|policy|schema|role|command|setting|file'
const reference = new RegExp(`^(${kinds}) \\S.*$`)
const planned = /\b(?:table|view|function|procedure|enum) ([a-z_]+(?:\.[a-z_]+)?)/g
const plannedColumn = /\b(?:column|command) [a-z_.]+(?: [a-z]+)?/g

const quoted = (text: string) => [...text.matchAll(/`([^`]*)`/g)].map((match) => match[1] ?? '')
const unquoted = (text: string) => text.replaceAll(/`[^`]*`/g, '')

/** What a row names without backticks: it is to come. */
export const plannedIn = (here: string) =>
  [...unquoted(here).matchAll(planned)].map((match) => match[1] ?? '')

/** One line per row that does not keep to the form, or does not tell the truth. */
export const faultsOf = (text: string, inventory: Inventory) =>
  readMap(text).flatMap((row) =>
    rowFaults(row, inventory).map((fault) => `line ${row.line}, ${row.demand}: ${fault}`),
  )

function rowFaults({ demand, here, status }: Row, inventory: Inventory): string[] {
  const faults: string[] = []
  if (demand === '') faults.push('names no demand')
  if (here === '') faults.push('says nothing')
  if (!/^(?:here|later|differs|step [2-9])$/.test(status)) faults.push(`unknown status "${status}"`)
  if (status === 'here' && quoted(here).length === 0) faults.push('is here, but names no object')
  for (const text of quoted(here)) {
    if (!reference.test(text)) faults.push(`"${text}" names no object`)
    else if (!inventory.has(text)) faults.push(`there is no ${text}`)
  }
  const arrived = [
    ...plannedIn(here).filter((name) => inventory.hasNamed(name)),
    ...(unquoted(here).match(plannedColumn) ?? []).filter((name) => inventory.has(name)),
  ]
  for (const name of arrived) faults.push(`${name} exists now: bring the row up to date`)
  return faults
}

/** A demand of a seed as the map must name it: in backticks, with these words beside it. */
export interface Demand {
  readonly document: string
  readonly kind: string
  readonly name: string
  readonly words?: string
}

/** The demands that have no row. */
export function missingFrom(text: string, demands: readonly Demand[]): string[] {
  const rows = readMap(text)
  return demands
    .filter(({ document, kind, name, words = '' }) =>
      rows.every(
        (row) =>
          row.document !== document ||
          row.kind !== kind ||
          !quoted(row.demand).includes(name) ||
          !row.demand.includes(words),
      ),
    )
    .map(({ document, kind, name, words = '' }) =>
      [document, kind, `${name} ${words}`.trim()].join(' > '),
    )
}
