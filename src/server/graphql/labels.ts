import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'postgraphile/graphql'
import { Problem } from '../../problem.ts'
import type { AskedOperation } from '../http/request.ts'
import type { Operations } from './operations.ts'

/** The names of all known operations. */
export function namesOf(operations: Operations): string[] {
  return [...operations.values()]
    .flatMap((text) => read(text).definitions)
    .flatMap((found) => (found.kind === Kind.OPERATION_DEFINITION ? [found.name?.value ?? ''] : []))
    .filter((name) => name !== '')
}

function read(text: string): DocumentNode {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const begin = text.trim().split('\n')[0] ?? ''
    throw new Problem(
      `A file in FLUENCE_OPERATIONS is no GraphQL: ${error.message} It begins with: ${begin}`,
      'Mend it or take it away.',
      { cause: error },
    )
  }
}

/** What a valid document asks for. */
export function asked(document: DocumentNode, operation: OperationDefinitionNode): AskedOperation {
  const fields = new Set<string>()
  const seen = new Set<string>()
  const look = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) fields.add(selection.name.value)
      else if (selection.kind === Kind.INLINE_FRAGMENT) look(selection.selectionSet)
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value)
        const fragment = document.definitions.find(
          (found) =>
            found.kind === Kind.FRAGMENT_DEFINITION && found.name.value === selection.name.value,
        )
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) look(fragment.selectionSet)
      }
    }
  }
  look(operation.selectionSet)
  return { name: operation.name?.value, kind: operation.operation, fields }
}
