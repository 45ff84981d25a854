import type { Room } from '../../server/postgres/sources.ts'
import type { Relation } from './catalog.ts'
import { generated, typeName } from './markdown.ts'
import { primaryKey, refers } from './sketch.ts'

interface Tone {
  readonly head: string
  readonly ground: string
}

/** Neighbouring rooms differ; the ground is light enough to read black on it. */
const tones: readonly Tone[] = [
  { head: '#c7d7ee', ground: '#f3f7fc' },
  { head: '#f4d3b5', ground: '#fdf6ef' },
  { head: '#c8e3c6', ground: '#f3faf3' },
  { head: '#e3cdea', ground: '#faf5fc' },
  { head: '#f2e2a4', ground: '#fdfaec' },
  { head: '#bfe3e3', ground: '#f1fafa' },
]

/** The whole entity relationship diagram as Graphviz reads it: a box a table, a frame a room. */
export function diagramSource(
  rooms: readonly { room: Room; tables: readonly Relation[] }[],
): string {
  const frames = rooms.map(({ room, tables }, i) => frame(room, tables, tones[i % tones.length]))
  const arrows = rooms
    .flatMap(({ tables }) => tables)
    .flatMap((table) =>
      table.foreignKeys.map((key) => {
        const [column = ''] = key.columns.toReversed()
        const [target = ''] = key.target_columns.toReversed()
        return (
          `  ${quote(key.target)}:${quote(rightOf(target))}:e -> ` +
          `${quote(table.name)}:${quote(leftOf(column))}:w`
        )
      }),
    )
  return `digraph {
  graph [rankdir=LR, ranksep=1.2, nodesep=0.4, fontname="Courier", bgcolor="white", pad=0.3,
    label="PK primary key, FK foreign key, ? may be null", labelloc=b, labeljust=l, fontsize=10]
  node [shape=plain, fontname="Courier", fontsize=10]
  edge [dir=both, arrowtail=tee, arrowhead=crow, arrowsize=0.7, color="#555555"]
${[...frames, ...arrows].join('\n')}
}
`
}

/** Letters of one width, which is the same in all of these: a box fits its text everywhere. */
const typefaces = 'Menlo, DejaVu Sans Mono, Liberation Mono, Consolas, monospace'

/** Drawn by Graphviz compiled to WebAssembly, which gives the same picture on every machine. */
export async function drawDiagram(source: string): Promise<string> {
  // A development dependency: an installation for production does without.
  const { instance } = await import('@viz-js/viz')
  const svg = (await instance()).renderString(source, { format: 'svg' })
  return svg
    .replace(/^.*?(?=<svg)/s, `${generated}\n`)
    .replaceAll(/font-family="[^"]*"/g, `font-family="${typefaces}"`)
}

function frame(room: Room, tables: readonly Relation[], tone: Tone | undefined): string {
  const boxes = tables.map((table) => `    ${quote(table.name)} [label=<${box(table, tone)}>]`)
  return `  subgraph ${quote(`cluster_${room}`)} {
    label=<<b>${room}</b>>; labelloc=t; labeljust=l; fontsize=14; style="rounded,filled"
    color="${tone?.head}"; fillcolor="${tone?.ground}"
${boxes.join('\n')}
  }`
}

function box(table: Relation, tone: Tone | undefined): string {
  const primary = primaryKey(table)
  const rows = table.columns.map(({ name, type, is_nullable }) => {
    const marks = [primary.includes(name) ? 'PK' : '', refers(table, name) ? 'FK' : '']
    const typed = `${escape(shortType(type))}${is_nullable ? '?' : ''}`
    return row(
      cell(leftOf(name), `<font color="#8a4b00">${marks.join(' ').trim() || ' '}</font>`),
      cell(undefined, `${escape(name)}  `),
      cell(rightOf(name), `<font color="#555555">${typed}  </font>`),
    )
  })
  const head = `<td colspan="3" bgcolor="${tone?.head}"><b>  ${escape(table.name)}  </b></td>`
  const attributes = 'border="1" cellborder="0" cellspacing="0" cellpadding="3" bgcolor="white"'
  return `<table ${attributes} color="#555555">${row(head)}${rows.join('')}</table>`
}

/** Where arrows come in and go out: a column's first and last cell. */
const leftOf = (column: string) => `${column}<`
const rightOf = (column: string) => `${column}>`
const cell = (port: string | undefined, text: string) =>
  `<td align="left"${port === undefined ? '' : ` port="${escape(port)}"`}>${text}</td>`
const row = (...cells: readonly string[]) => `<tr>${cells.join('')}</tr>`
const shortType = (type: string) => typeName(type).replace(/^\w+\./, '')
const quote = (text: string) => `"${text.replaceAll('"', '\\"')}"`
const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
