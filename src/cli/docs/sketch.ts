import type { ForeignKey, Relation } from './catalog.ts'
import { typeName } from './markdown.ts'

/** The room's tables with their key columns, and the tables of other rooms that they refer to. */
export function sketch(tables: readonly Relation[]): string {
  const own = new Set(tables.map(({ name }) => name))
  const keys = tables.flatMap(({ foreignKeys }) => foreignKeys)
  const others = new Set(keys.map(({ target }) => target).filter((target) => !own.has(target)))
  const lines = [
    ...tables.flatMap(entity),
    ...[...others].toSorted().map(box),
    ...tables.flatMap((table) => table.foreignKeys.map(arrow(table))),
  ]
  return ['```mermaid', 'erDiagram', ...lines.map((line) => `  ${line}`), '```'].join('\n')
}

const alias = (name: string) => name.replace('.', '__')
const box = (name: string) => `${alias(name)}["${name}"]`

function entity(table: Relation): string[] {
  const primary = primaryKey(table)
  const keyColumns = table.columns.filter(
    ({ name }) => primary.includes(name) || refers(table, name),
  )
  return [
    `${box(table.name)} {`,
    ...keyColumns.map(({ name, type }) => {
      const marks = [primary.includes(name) ? 'PK' : '', refers(table, name) ? 'FK' : '']
      return `  ${bareType(type)} ${name} ${marks.filter((mark) => mark !== '').join(', ')}`
    }),
    '}',
  ]
}

/** How many rows may refer to one, and whether a row must refer to any. */
const arrow = (table: Relation) => (key: ForeignKey) => {
  const optional = table.columns.some((c) => c.is_nullable && key.columns.includes(c.name))
  const single = table.constraints.some(
    ({ kind, columns }) =>
      (kind === 'p' || kind === 'u') && columns.every((column) => key.columns.includes(column)),
  )
  const from = optional ? '|o' : '||'
  const to = single ? 'o|' : 'o{'
  return `${alias(key.target)} ${from}--${to} ${alias(table.name)} : "${key.columns.join(', ')}"`
}

export const primaryKey = ({ constraints }: Relation): readonly string[] =>
  constraints.find(({ kind }) => kind === 'p')?.columns ?? []

export const refers = ({ foreignKeys }: Relation, column: string) =>
  foreignKeys.some((key) => key.columns.includes(column))

/** A type as one word, without its schema. */
const bareType = (type: string) =>
  typeName(type)
    .replace(/^\w+\./, '')
    .replaceAll(/[^\w[\]()]+/g, '_')
