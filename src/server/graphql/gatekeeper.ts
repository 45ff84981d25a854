import crypto from 'node:crypto'
import { depthLimit } from '@graphile/depth-limit'
import { LRU } from '@graphile/lru'
import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  Lexer,
  NoSchemaIntrospectionCustomRule,
  parse,
  Source,
  specifiedRules,
  TokenKind,
  validate,
  type ValidationRule,
} from 'postgraphile/graphql'
import { type Cost, costOf, rootsOf } from './cost.ts'
import { noteOperation } from '../http/request.ts'
import { inWords, Refusal } from './errors.ts'
import { asked } from './labels.ts'
import { largestPageSize } from './page-size.ts'
import { personalMutations } from './personal.ts'
import { oneOfAKind } from './sign-in.ts'

/** What one document may ask for. */
export const limits = {
  tokens: 5000,
  depth: 12,
  lists: 6,
  selfReferences: 3,
  aliases: 50,
  mutations: 10,
  fields: 200_000,
  /** Brackets in brackets in the document, and lists and objects in each other in its variables. */
  nesting: 64,
} as const

const alone = oneOfAKind.union(personalMutations)

export interface Body {
  readonly query: unknown
  readonly operationName: unknown
  readonly variableValues: unknown
}

/** Looks at a request before anything is planned; throws a Refusal for one that may not pass. */
export type Gatekeeper = (body: Body, schema: GraphQLSchema, overSocket: boolean) => void

/**
 * Counts words first, for that is cheap; then parses and validates, which is remembered; then works
 * out the cost with the very variables. What fails here has not touched the database.
 */
export function makeGatekeeper(production: boolean): Gatekeeper {
  const rules: ValidationRule[] = [
    ...specifiedRules,
    ...(production ? [NoSchemaIntrospectionCustomRule] : []),
  ]
  const depth = depthLimit({
    maxDepth: limits.depth,
    maxListDepth: limits.lists,
    maxSelfReferentialDepth: limits.selfReferences,
    // What tools ask for when they read the schema.
    maxIntrospectionDepth: 16,
    maxDepthByFieldCoordinates: { '__Type.ofType': 10 },
  }) as ValidationRule
  const passed = new LRU<string, DocumentNode>({ maxLength: 500 })

  const read = (query: string, schema: GraphQLSchema): DocumentNode => {
    const hash = crypto.createHash('sha256').update(query).digest('base64')
    const known = passed.get(hash)
    if (known !== undefined) return known
    countTokens(query)
    const document = parse(query)
    const [first] = validate(schema, document, rules, { maxErrors: 1 })
    if (first?.message === 'Validation aborted.') throw tooMuch('A document has too many fields.')
    if (first !== undefined) throw first
    if (validate(schema, document, [depth]).length > 0) {
      throw tooMuch(
        `A document goes at most ${limits.depth} levels deep, ${limits.lists} of lists.`,
      )
    }
    passed.set(hash, document)
    return document
  }

  return (body, schema, overSocket) => {
    const { query, operationName, variableValues } = body
    if (typeof query !== 'string') throw malformed('The query is missing.')
    if (operationName != null && typeof operationName !== 'string') {
      throw malformed('The operation name is not a text.')
    }
    const variables = variableValues ?? {}
    if (typeof variables !== 'object' || Array.isArray(variables)) {
      throw malformed('The variables are not an object.')
    }
    checkValue(variables)
    try {
      const document = read(query, schema)
      const operation = getOperationAST(document, operationName)
      if (operation == null) throw malformed('The document has no such operation.')
      const roots = rootsOf(document, operation)
      noteOperation(asked(operation, roots))
      if (operation.operation === 'subscription' && !overSocket) {
        throw malformed('A subscription goes over a WebSocket.')
      }
      if ([...roots.values()].filter((name) => alone.has(name)).length > 1) {
        throw tooMuch(
          'A document signs in, recovers, confirms or opens personal data once, and does nothing ' +
            'like it beside.',
        )
      }
      checkCost(costOf(document, operation, variables as Record<string, unknown>))
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      throw malformed(production ? inWords(error, false) : withPlace(error))
    }
  }
}

const malformed = (message: string) => new Refusal('FL901', message, 400)
const tooMuch = (message: string) => new Refusal('FL902', message, 400)

const tooNested = () => tooMuch(`Brackets go at most ${limits.nesting} levels deep.`)

/** A text of a million words need not be understood to be refused. */
function countTokens(query: string): void {
  const lexer = new Lexer(new Source(query))
  let nesting = 0
  for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count += 1) {
    if (count >= limits.tokens) throw tooMuch(`A document has at most ${limits.tokens} words.`)
    nesting += weightOf.get(lexer.token.kind) ?? 0
    if (nesting > limits.nesting) throw tooNested()
  }
}

const weightOf = new Map<TokenKind, number>([
  [TokenKind.BRACE_L, 1],
  [TokenKind.BRACKET_L, 1],
  [TokenKind.PAREN_L, 1],
  [TokenKind.BRACE_R, -1],
  [TokenKind.BRACKET_R, -1],
  [TokenKind.PAREN_R, -1],
])

/** What follows walks into a value as deep as it goes, and PostgreSQL takes no half characters. */
function checkValue(value: unknown, nesting = 0): void {
  if (typeof value === 'string' && !value.isWellFormed()) {
    throw malformed('A text in the variables has half a character.')
  }
  if (typeof value !== 'object' || value === null) return
  if (nesting > limits.nesting) throw tooNested()
  for (const [key, inner] of Object.entries(value)) {
    checkValue(key)
    checkValue(inner, nesting + 1)
  }
}

function checkCost({ fields, aliases, mutations, page }: Cost): void {
  if (aliases > limits.aliases) {
    throw tooMuch(`A document has at most ${limits.aliases} aliases; this has ${aliases}.`)
  }
  if (mutations > limits.mutations) {
    throw tooMuch(`A document has at most ${limits.mutations} mutations; this has ${mutations}.`)
  }
  if (page > largestPageSize) {
    throw tooMuch(`A page has at most ${largestPageSize} rows; asked for were ${page}.`)
  }
  if (fields > limits.fields) {
    throw tooMuch(`This could answer ${fields} fields; at most ${limits.fields} are possible.`)
  }
}

function withPlace({ message, locations }: GraphQLError): string {
  const place = locations?.[0]
  return place === undefined ? message : `${message} (line ${place.line}, column ${place.column})`
}
