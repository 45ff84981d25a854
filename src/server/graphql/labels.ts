import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
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
export const asked = (
  operation: OperationDefinitionNode,
  roots: ReadonlyMap<string, string>,
): AskedOperation => ({
  name: operation.name?.value,
  kind: operation.operation,
  fields: new Set(roots.values()),
})
