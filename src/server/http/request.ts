import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import crypto from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What is known of a request from its first byte to its last line in the log. */
export interface RequestFacts {
  readonly id: string
  /** It came over TLS, to us or to a proxy that we trust. */
  readonly secure: boolean
  /** It comes from this machine itself, not through a proxy. */
  readonly local: boolean
  /** What was asked for: one of a bounded set of names, so that it can label a metric. */
  operation: string
  /** What went wrong, as the caller was told. */
  code?: string
  reference?: string
  /** The handle of the session that it was made in. */
  session?: string
}

const current = new AsyncLocalStorage<RequestFacts>()
const facts = new WeakMap<IncomingMessage, RequestFacts>()

/** Everything that `work` starts, however late, belongs to this request. */
export function inRequest<T>(request: IncomingMessage, about: RequestFacts, work: () => T): T {
  facts.set(request, about)
  return current.run(about, work)
}

/** A message of a WebSocket is a request of its own, under the id of the one that opened the socket. */
export function inMessage<T>(request: IncomingMessage, work: (about: RequestFacts) => T): T {
  const opening = facts.get(request)
  const about: RequestFacts = {
    id: opening?.id ?? '-',
    secure: opening?.secure ?? false,
    local: opening?.local ?? false,
    operation: unread,
  }
  return current.run(about, () => work(about))
}

/** What is asked of GraphQL before it was looked at. */
export const unread = 'graphql unread'

export const currentRequest = (): RequestFacts | undefined => current.getStore()
export const currentRequestId = (): string | undefined => current.getStore()?.id

/** For code that runs outside of a request's own flow, as the messages of a WebSocket do. */
export const factsOf = (request: IncomingMessage): RequestFacts | undefined => facts.get(request)

/** Whether a cookie that is set on this request must be marked as secure. */
export const isSecure = (request: IncomingMessage): boolean => facts.get(request)?.secure ?? false

/** The id that the caller gave, if it is harmless, or a new one. */
export function requestIdFrom(header: string | string[] | undefined): string {
  if (typeof header === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(header)) return header
  return crypto.randomUUID()
}

/**
 * How PostgreSQL names the transaction of a request, of which it shows at most 63 characters: the audit
 * log has its id from there.
 */
export const applicationName = (id = currentRequestId(), of = 'fluence'): string =>
  id === undefined ? of : `${of} req:${id}`.slice(0, 63)

/** Work that is called back later, outside of the flow of the request that it belongs to. */
export const forThisRequest = <T extends unknown[]>(work: (...given: T) => void) =>
  AsyncResource.bind(work)

/** What the caller was told went wrong, so that the line of the request tells it too. */
export function noteRefusal(code: string, reference: string): void {
  Object.assign(current.getStore() ?? {}, { code, reference })
}

/** In which session a request was made; visitors have none. */
export function noteSession(handle: string): void {
  Object.assign(current.getStore() ?? {}, { session: handle })
}

/** What a GraphQL request asks for. */
export interface AskedOperation {
  readonly name: string | undefined
  readonly kind: string
  /** The fields at its root, as the schema has them: a document that is not valid has none. */
  readonly fields: ReadonlySet<string>
}

const knownOperations = new Set<string>()

/** Makes names of GraphQL operations known, so that they are told apart by them. */
export function knowOperations(names: Iterable<string>): void {
  for (const name of names) knownOperations.add(name)
}

/** Says which GraphQL operation a request asks for. */
export function noteOperation(asked: AskedOperation, about = current.getStore()): void {
  if (about !== undefined) about.operation = operationLabel(asked)
}

/**
 * A name that we do not know is the caller's own invention, and told apart, such names would let the
 * metrics grow without end. The fields at the root come from the schema: there are only so many.
 */
export function operationLabel({ name, kind, fields }: AskedOperation): string {
  if (name !== undefined && knownOperations.has(name)) return `graphql ${name}`
  const [first = '__typename', ...others] = [...fields].filter((field) => field !== '__typename')
  return `graphql ${kind} ${others.length === 0 ? first : 'of several'}`
}
