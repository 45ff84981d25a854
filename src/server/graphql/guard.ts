import { AsyncLocalStorage } from 'node:async_hooks'
import { isUtf8 } from 'node:buffer'
import type { RequestDigest } from 'postgraphile/grafserv'
import { SafeError } from 'postgraphile/grafast'
import { GraphQLError, type GraphQLSchema } from 'postgraphile/graphql'
import { noteSession } from '../http/request.ts'
import type { Callers } from './caller.ts'
import { mask, type Masked, Refusal, type Report } from './errors.ts'
import { isReadableAccept } from './accept.ts'
import { makeGatekeeper } from './gatekeeper.ts'
import { hashOf, type Operations } from './operations.ts'

interface Payload {
  data?: Record<string, unknown> | null
  errors?: readonly GraphQLError[]
}

export interface GuardOptions {
  readonly production: boolean
  readonly schema: () => GraphQLSchema
  readonly callers: Callers
  readonly report: Report
  /** Operations that a client may name by their hash, and whether it may send no others. */
  readonly operations: Operations
  readonly onlyKnown: boolean
}

/**
 * Stands around every request: refuses what may not pass, masks what goes wrong, and gives the
 * answer a status. Where nothing succeeded it is the error's, because a client that reads only the
 * status must not take the work for done.
 */
export function makeGuard(options: GuardOptions): GraphileConfig.Plugin {
  const { production, schema, callers, report } = options
  const keep = makeGatekeeper(production)
  /** The worst status of the errors in one answer, request by request. */
  const outcomes = new AsyncLocalStorage<{ status: number }>()

  const maskError = (error: GraphQLError): GraphQLError => {
    const { nodes, source, positions, path } = error
    const { told, extensions } =
      refused.get(error.originalError ?? error) ?? mask(error, report, !production)
    const outcome = outcomes.getStore()
    if (outcome !== undefined) outcome.status = Math.max(outcome.status, told.status)
    return new GraphQLError(told.message, { nodes, source, positions, path, extensions })
  }

  const maskPayload = (payload: Payload): Payload => {
    if (payload.errors === undefined) return payload
    const outcome = outcomes.getStore()
    payload.errors = payload.errors.map(maskError)
    const succeeded = Object.values(payload.data ?? {}).some((value) => value != null)
    if (outcome !== undefined && succeeded) outcome.status = 0
    return payload
  }

  return {
    name: 'GuardPlugin',
    version: '1.0.0',
    grafserv: {
      middleware: {
        setPreset(next, event) {
          Object.assign(event, { maskError, maskPayload })
          return next()
        },
        processRequest(next, { requestDigest }) {
          readStrictly(requestDigest, report)
          const outcome = { status: 0 }
          return outcomes.run(outcome, async () => {
            const result = await next()
            if (result?.type === 'buffer') {
              if (outcome.status > 0) result.statusCode = outcome.status
              else if (result.statusCode >= 400) withCode(result, report)
              if (result.statusCode === 503) result.headers['retry-after'] = '5'
            }
            return result
          })
        },
        // Here and not where the context is made, because Grafserv drops the status of errors there.
        async processGraphQLRequestBody(next, { body, request, graphqlWsContext }) {
          try {
            const { handle } = await callers.identify(request ?? graphqlWsContext)
            noteSession(handle)
            body.query = lookUp(body, options)
            keep(body, schema(), request === undefined)
          } catch (error) {
            throw asSafe(error, report)
          }
          return next()
        },
      },
    },
  }
}

/**
 * The text of an operation that is named by its hash, in any of the ways that clients have. (There
 * is a package for this; it writes what it cannot find to the log, variables and all.)
 */
function lookUp(
  body: { query: unknown; id: unknown; documentId: unknown; extensions: unknown },
  { operations, onlyKnown }: GuardOptions,
): unknown {
  const { persistedQuery } = (body.extensions ?? {}) as {
    persistedQuery?: { sha256Hash?: unknown }
  }
  const hash = persistedQuery?.sha256Hash ?? body.documentId ?? body.id
  if (hash == null) {
    if (onlyKnown && !operations.has(hashOf(String(body.query)))) {
      throw new Refusal('FL904', 'Only known operations are answered.', 400)
    }
    return body.query
  }
  const known = typeof hash === 'string' ? operations.get(hash) : undefined
  if (known === undefined) throw new Refusal('FL904', 'There is no such known operation.', 404)
  return known
}

/**
 * Bytes that are no UTF-8 would be taken for other characters than were sent. And Grafserv breaks at
 * an Accept that it cannot read, which counts for none.
 */
function readStrictly(request: RequestDigest, report: Report): void {
  const { getBody, headers } = request
  request.getBody = async () => {
    const body = await getBody.call(request)
    if (body.type === 'buffer' && !isUtf8(body.buffer)) {
      throw asSafe(new Refusal('FL901', 'The body is not UTF-8.', 400), report)
    }
    return body
  }
  if (!isReadableAccept(headers['accept'] ?? '*/*')) delete headers['accept']
}

/** Grafserv lets a SafeError through as it is, with the status that stands in it. */
function asSafe(error: unknown, report: Report): SafeError {
  const masked = mask(error, report)
  const { told, extensions } = masked
  const safe = new SafeError(told.message, { ...extensions, statusCode: told.status })
  refused.set(safe, masked)
  return safe
}

/** What was masked before: over a WebSocket Grafserv has it masked once more. */
const refused = new WeakMap<Error, Masked>()

interface Answer {
  statusCode: number
  buffer: Buffer
  headers: Record<string, string>
}

/** What Grafserv itself refuses (no JSON, no POST, no query) gets a code like everything else. */
function withCode(answer: Answer, report: Report): void {
  if (!answer.headers['content-type']?.includes('json')) return
  const { errors } = JSON.parse(answer.buffer.toString('utf8')) as {
    errors?: { message: string; extensions?: { code?: string } }[]
  }
  const first = errors?.[0]
  if (first === undefined || first.extensions?.code !== undefined) return
  const refusal =
    answer.statusCode < 500
      ? new Refusal('FL901', first.message, answer.statusCode)
      : new Error(first.message)
  const { told, extensions } = mask(refusal, report)
  const text = JSON.stringify({ errors: [{ message: told.message, extensions }] })
  answer.buffer = Buffer.from(text, 'utf8')
  answer.headers['content-length'] = String(answer.buffer.length)
}
