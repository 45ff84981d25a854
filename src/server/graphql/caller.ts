import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context as WebSocketContext } from 'graphql-ws'
import type { NormalizedRequestDigest } from 'postgraphile/grafserv'
import pg, { type Pool } from 'pg'
import type { WebSocket } from 'ws'
import type { OriginOf } from '../http/origins.ts'
import { believesCookies } from '../identity/cookies.ts'
import { isOpaque } from '../identity/opaque.ts'
import type { AccessTokens } from '../identity/tokens.ts'
import { cookiesFor } from '../identity/visit.ts'
import { Refusal } from './errors.ts'
import { SessionWatch } from './session-watch.ts'

/** For whom a request is answered. */
export interface Caller {
  readonly handle: string
  readonly role: string
  readonly brand: string | null
  /** Whether its cookies may be believed: no page of somebody else's sent them. */
  readonly hasCookies: boolean
}

const visitor: Caller = { handle: '', role: 'fluence_visitor', brand: null, hasCookies: false }

type Asker = NormalizedRequestDigest | WebSocketContext

export interface CallersOptions {
  readonly server: Pool
  readonly tokens: AccessTokens
  readonly originOf: OriginOf
}

/** Who stands behind each request. Asked of the database each time: an ended session is nobody's. */
export class Callers {
  readonly #options: CallersOptions
  readonly #known = new WeakMap<object, Caller>()
  readonly #watch: SessionWatch

  constructor(options: CallersOptions) {
    this.#options = options
    this.#watch = new SessionWatch(options.server)
  }

  /** Finds out and remembers it for this request; throws a Refusal for a session that is over. */
  async identify(asker: Asker | undefined): Promise<Caller> {
    if (asker === undefined) return visitor
    const caller = await this.#of(asker)
    this.#known.set(keyOf(asker), caller)
    if (isWebSocket(asker) && caller.handle !== '') {
      this.#watch.hold(caller.handle, socketOf(asker))
    }
    return caller
  }

  /** Who was found; never more than a visitor where nobody was looked for. */
  found(context: Partial<Grafast.RequestContext>): Caller {
    const key = context.http ?? context.ws?.socket
    return (key !== undefined && this.#known.get(key)) || visitor
  }

  async #of(asker: Asker): Promise<Caller> {
    // The token opened the socket; from then on the session counts, however old the token is.
    const handle =
      (isWebSocket(asker) && this.#known.get(keyOf(asker))?.handle) || (await this.#bearerOf(asker))
    if (handle !== undefined) {
      const caller = await this.#session(handle)
      if (caller === undefined) throw signIn('The session is over.')
      return caller
    }
    return this.#byCookie(asker)
  }

  async #bearerOf(asker: Asker): Promise<string | undefined> {
    const authorization = authorizationOf(asker)
    if (authorization === undefined || authorization === '') return undefined
    const token = /^Bearer ([\w.~+/-]{1,4096}=*)$/i.exec(authorization)?.[1]
    if (token === undefined) throw signIn('The authorization is not a bearer token.')
    if (isOpaque('apiKey', token)) return token
    const read = await this.#options.tokens.read(token, new Date())
    if ('handle' in read) return read.handle
    if (read.fault === 'expired') throw signIn('The access token is over. Refresh it.')
    throw signIn('The access token is none of ours.')
  }

  /** A browser sends its cookies with everything; where they open nothing, it is a visitor's. */
  async #byCookie(asker: Asker): Promise<Caller> {
    const request = requestOf(asker)
    if (request?.headers.cookie === undefined) return visitor
    const hasCookies = believesCookies({
      method: request.method ?? 'GET',
      origin: this.#options.originOf(request),
      fetchSite: request.headers['sec-fetch-site'] as string | undefined,
      isUpgrade: isWebSocket(asker),
    })
    if (!hasCookies) return visitor
    const token = cookiesFor(request).read(request.headers.cookie, 'access') ?? ''
    const read = await this.#options.tokens.read(token, new Date())
    const caller = 'handle' in read ? await this.#session(read.handle) : undefined
    return { ...(caller ?? visitor), hasCookies }
  }

  async #session(handle: string): Promise<Caller | undefined> {
    const { rows } = await this.#options.server
      .query<{
        role: string
        brand: string | null
        use_is_due: boolean
      }>({
        name: 'check_session',
        text: `select role, acting_brand_id as brand, use_is_due
             from app_private.check_session($1)`,
        values: [handle],
      })
      .catch(asUnavailable)
    const [session] = rows
    if (session === undefined) return undefined
    if (session.use_is_due) this.#noteKeyUse(handle)
    return {
      handle,
      role: `fluence_${session.role}`,
      brand: session.brand,
      hasCookies: false,
    }
  }

  /** Nobody waits for that, and nobody misses it. */
  #noteKeyUse(handle: string): void {
    this.#options.server.query('select app_private.note_key_use($1)', [handle]).catch(() => {})
  }
}

/** What PostgreSQL did not say itself went wrong on the way to it. */
function asUnavailable(error: unknown): never {
  if (error instanceof pg.DatabaseError) throw error
  throw new Refusal('FL905', 'The database is not available. Try again.', 503)
}

const signIn = (what: string) => new Refusal('FL903', `${what} Sign in again.`, 401)

const isWebSocket = (asker: Asker): asker is WebSocketContext => 'connectionParams' in asker

const extraOf = ({ extra }: WebSocketContext) =>
  extra as { socket: WebSocket; request?: IncomingMessage }

const socketOf = (asker: WebSocketContext) => extraOf(asker).socket

const keyOf = (asker: Asker): object => (isWebSocket(asker) ? socketOf(asker) : asker)

/** The request and its answer as Node has them; a socket has its first request. */
export const exchangeOf = ({ node }: Partial<Grafast.RequestContext>) =>
  node as { req: IncomingMessage; res: ServerResponse } | undefined

const requestOf = (asker: Asker) =>
  isWebSocket(asker) ? extraOf(asker).request : exchangeOf(asker.requestContext)?.req

/** Browsers cannot set headers on a WebSocket: there the token comes with the first message. */
function authorizationOf(asker: Asker): string | undefined {
  if (!isWebSocket(asker)) return asker.getHeader('authorization')
  const given = asker.connectionParams?.['authorization']
  return typeof given === 'string' ? given : requestOf(asker)?.headers.authorization
}
