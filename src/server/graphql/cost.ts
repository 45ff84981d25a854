import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'postgraphile/graphql'
import { defaultPageSize } from './page-size.ts'

export interface Cost {
  /** Fields that would be answered, were every page full. */
  readonly fields: number
  /** Fields of the document under another name than their own. */
  readonly aliases: number
  /** Fields at the root of a mutation. */
  readonly mutations: number
  /** The largest page that is asked for. */
  readonly page: number
  /** Whether rows of a page are among it, be it in a fragment. */
  readonly hasRows: boolean
}

const connectionParts = new Set(['nodes', 'edges'])

/**
 * What an operation could cost at most: each list within a list multiplies. A fragment that is used
 * many times counts each time, but is walked once.
 */
export function costOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): Cost {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ) as [string, FragmentDefinitionNode][],
  )
  const known = new Map<string, Cost>()
  const values = withDefaults(operation, variables)

  const ofFragment = (name: string): Cost => {
    const cost = known.get(name)
    if (cost !== undefined) return cost
    // Stands for itself while it is walked: a fragment that spreads itself is refused elsewhere.
    known.set(name, nothing)
    const fragment = fragments.get(name)
    const walked = fragment === undefined ? nothing : ofSelection(fragment.selectionSet)
    known.set(name, walked)
    return walked
  }

  const ofField = (field: FieldNode): Cost => {
    const inner = field.selectionSet === undefined ? nothing : ofSelection(field.selectionSet)
    const asked = pageOf(field, values)
    return {
      fields: 1 + inner.fields * (asked ?? (inner.hasRows ? defaultPageSize : 1)),
      aliases: inner.aliases + (field.alias === undefined ? 0 : 1),
      mutations: 0,
      page: Math.max(inner.page, asked ?? 0),
      // A connection answers a page; its nodes and edges are that page, not one more list.
      hasRows: connectionParts.has(field.name.value),
    }
  }

  const ofSelection = ({ selections }: SelectionSetNode): Cost =>
    selections
      .map((selection) => {
        if (selection.kind === Kind.FIELD) return ofField(selection)
        if (selection.kind === Kind.INLINE_FRAGMENT) return ofSelection(selection.selectionSet)
        return ofFragment(selection.name.value)
      })
      .reduce(add, nothing)

  const cost = ofSelection(operation.selectionSet)
  const mutations = operation.operation === 'mutation' ? rootsOf(document, operation).size : 0
  return { ...cost, mutations }
}

/** The fields at the root of an operation by the name under which each is answered. */
export function rootsOf(
  { definitions }: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlyMap<string, string> {
  const roots = new Map<string, string>()
  const seen = new Set<string>()
  const look = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        roots.set((selection.alias ?? selection.name).value, selection.name.value)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        look(selection.selectionSet)
      } else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value)
        const fragment = definitions.find(
          (found) =>
            found.kind === Kind.FRAGMENT_DEFINITION && found.name.value === selection.name.value,
        )
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) look(fragment.selectionSet)
      }
    }
  }
  look(operation.selectionSet)
  return roots
}

const nothing: Cost = { fields: 0, aliases: 0, mutations: 0, page: 0, hasRows: false }

const add = (a: Cost, b: Cost): Cost => ({
  fields: a.fields + b.fields,
  aliases: a.aliases + b.aliases,
  mutations: 0,
  page: Math.max(a.page, b.page),
  hasRows: a.hasRows || b.hasRows,
})

/** A variable that is not given has the value that the document says. */
function withDefaults(
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const defaults = variableDefinitions.map(({ variable, defaultValue }) => [
    variable.name.value,
    defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined,
  ])
  return { ...Object.fromEntries(defaults), ...given }
}

function pageOf(field: FieldNode, variables: Record<string, unknown>): number | undefined {
  const sizes = (field.arguments ?? [])
    .filter(({ name }) => name.value === 'first' || name.value === 'last')
    .map(({ value }) => numberIn(value, variables))
    .filter((size) => size !== undefined)
  // A page of less than nothing is refused later, and takes nothing off the rest until then.
  return sizes.length === 0 ? undefined : Math.max(0, ...sizes)
}

function numberIn(value: ValueNode, variables: Record<string, unknown>): number | undefined {
  if (value.kind === Kind.INT) return Number(value.value)
  if (value.kind !== Kind.VARIABLE) return undefined
  const given = variables[value.name.value]
  return typeof given === 'number' ? given : undefined
}
