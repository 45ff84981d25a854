import type { Relation, Right, Trigger } from './catalog.ts'
import {
  blocks,
  code,
  codes,
  describe,
  prose,
  roleName,
  table,
  titled,
  typeName,
} from './markdown.ts'

/** A name as a link to where the reference tells of it. */
export type Linked = (name: string) => string

export function tableSection(relation: Relation, linked: Linked): string {
  return blocks(
    `### ${relation.name}`,
    prose(describe(relation.comment)),
    relation.partitioned_by === null
      ? undefined
      : `Partitioned by ${code(relation.partitioned_by.toLowerCase())}.`,
    table(
      ['column', 'type', 'null', 'default', 'meaning'],
      relation.columns.map((column) => [
        code(column.name),
        linkedType(column.type, linked),
        column.is_nullable ? 'yes' : '',
        column.default === null ? '' : code(column.default),
        prose(describe(column.comment)),
      ]),
    ),
    titled('Keys and rules', ['name', 'rule'], keys(relation, linked)),
    titled(
      'Indexes besides the keys',
      ['name', 'on'],
      relation.indexes.map((index) => [
        code(index.name),
        `${index.is_unique ? 'unique ' : ''}${code(index.definition)}`,
      ]),
    ),
    titled('Who may do what', ['role', 'may'], rights(relation.rights)),
    titled(
      'Which rows',
      ['policy', 'for', 'roles', 'rows'],
      relation.policies.map((policy) => [
        code(policy.name),
        policy.command,
        policy.roles.map(roleName).join(', '),
        policyRows(policy.using, policy.check),
      ]),
    ),
    titled(
      'Triggers',
      ['name', 'when', 'calls'],
      relation.triggers.map((t) => trigger(t, linked)),
    ),
  )
}

export function viewSection(relation: Relation, linked: Linked): string {
  return blocks(
    `### ${relation.name}`,
    prose(describe(relation.comment)),
    table(
      ['column', 'type', 'meaning'],
      relation.columns.map((column) => [
        code(column.name),
        linkedType(column.type, linked),
        prose(describe(column.comment)),
      ]),
    ),
    titled('Who may do what', ['role', 'may'], rights(relation.rights)),
    titled(
      'Triggers',
      ['name', 'when', 'calls'],
      relation.triggers.map((t) => trigger(t, linked)),
    ),
  )
}

const linkedType = (type: string, linked: Linked) =>
  type.includes('.') && !type.endsWith('[]') ? linked(type) : code(typeName(type))

function keys({ constraints, foreignKeys }: Relation, linked: Linked): string[][] {
  const rules = constraints.map(({ kind, name, columns, definition }) => [
    kind,
    code(name),
    kind === 'p'
      ? `primary key: ${codes(columns)}`
      : kind === 'u'
        ? `unique: ${codes(columns)}`
        : code(definition.replace(/^(CHECK|EXCLUDE)/, (word) => word.toLowerCase())),
  ])
  const references = foreignKeys.map((key) => [
    'f',
    code(key.name),
    `${codes(key.columns)} → ${linked(key.target)} (${key.target_columns.join(', ')}), ` +
      `on delete ${key.on_delete}`,
  ])
  const order = 'pufxc'
  return [...rules, ...references]
    .toSorted(([a = ''], [b = '']) => order.indexOf(a) - order.indexOf(b))
    .map((row) => row.slice(1))
}

/** Roles with the same rights share a row. */
function rights(all: readonly Right[]): string[][] {
  const byRole = Map.groupBy(all, (right) => right.role)
  const rows = new Map<string, string[]>()
  for (const [role, own] of byRole) {
    const may = own
      .toSorted((a, b) => rank(a.privilege) - rank(b.privilege))
      .map(
        ({ privilege, columns }) => `${privilege}${columns === null ? '' : ` (${codes(columns)})`}`,
      )
      .join('; ')
    rows.set(may, [...(rows.get(may) ?? []), roleName(role)])
  }
  return [...rows].map(([may, roles]) => [roles.join(', '), may])
}

const privileges = ['select', 'insert', 'update', 'delete']
const rank = (privilege: string) => (privileges.indexOf(privilege) + 9) % 9

function policyRows(using: string | null, check: string | null): string {
  const shown = (text: string) => (text === 'true' ? 'all' : code(bare(text)))
  if (using === null) return check === null ? '' : shown(check)
  if (check === null || check === using) return shown(using)
  return `${shown(using)}, and after the change ${shown(check)}`
}

/** The condition as it was written: PostgreSQL adds parentheses and names to it. */
const bare = (text: string) =>
  text.replace(/^\((.*)\)$/s, '$1').replaceAll(/\( SELECT ([\w.]+\(\)) AS \w+\)/g, '(select $1)')

function trigger(it: Trigger, linked: Linked): string[] {
  const columns = it.columns.length === 0 ? '' : ` of ${it.columns.join(', ')}`
  const events = it.events
    .map((event) => (event === 'update' ? `${event}${columns}` : event))
    .join(' or ')
  return [code(it.name), `${it.timing} ${events}, each ${it.level}`, linked(it.function)]
}
