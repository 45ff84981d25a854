import type { Context as WebSocketContext } from 'graphql-ws'
import type { NormalizedRequestDigest } from 'postgraphile/grafserv'
import type { Pool } from 'pg'
import type { WebSocket } from 'ws'
import { Refusal } from './errors.ts'
import { SessionWatch } from './session-watch.ts'

/** For whom a request is answered. */
export interface Caller {
  readonly handle: string
  readonly role: string
  readonly brand: string | null
}

const visitor: Caller = { handle: '', role: 'fluence_visitor', brand: null }

type Asker = NormalizedRequestDigest | WebSocketContext

/** Who stands behind each request. Asked of the database each time: an ended session is nobody's. */
export class Callers {
  readonly #server: Pool
  readonly #known = new WeakMap<object, Caller>()
  readonly #watch: SessionWatch

  constructor(server: Pool) {
    this.#server = server
    this.#watch = new SessionWatch(server)
  }

  /** Finds out and remembers it for this request; throws a Refusal for a session that is over. */
  async identify(asker: Asker | undefined): Promise<Caller> {
    const caller = await this.#of(authorizationOf(asker))
    if (asker !== undefined) this.#known.set(keyOf(asker), caller)
    if (asker !== undefined && isWebSocket(asker) && caller !== visitor) {
      this.#watch.hold(caller.handle, socketOf(asker))
    }
    return caller
  }

  /** Who was found; never more than a visitor where nobody was looked for. */
  found(context: Partial<Grafast.RequestContext>): Caller {
    const key = context.http ?? context.ws?.socket
    return (key !== undefined && this.#known.get(key)) || visitor
  }

  async #of(authorization: string | undefined): Promise<Caller> {
    if (authorization === undefined || authorization === '') return visitor
    const handle = /^Bearer ([\w.~+/-]{1,4096}=*)$/i.exec(authorization)?.[1]
    if (handle === undefined) throw signIn('The authorization is not a bearer token.')
    const { rows } = await this.#server.query<{ role: string; brand: string | null }>({
      name: 'check_session',
      text: 'select role, acting_brand_id as brand from app_private.check_session($1)',
      values: [handle],
    })
    const session = rows[0]
    if (session === undefined) throw signIn('The session is over.')
    return { handle, role: `fluence_${session.role}`, brand: session.brand }
  }
}

const signIn = (what: string) => new Refusal('FL903', `${what} Sign in again.`, 401)

const isWebSocket = (asker: Asker): asker is WebSocketContext => 'connectionParams' in asker

const socketOf = ({ extra }: WebSocketContext) => (extra as { socket: WebSocket }).socket

const keyOf = (asker: Asker): object => (isWebSocket(asker) ? socketOf(asker) : asker)

/** Browsers cannot set headers on a WebSocket: there the token comes with the first message. */
function authorizationOf(asker: Asker | undefined): string | undefined {
  if (asker === undefined) return undefined
  if (!isWebSocket(asker)) return asker.getHeader('authorization')
  const given = asker.connectionParams?.['authorization']
  const { request } = asker.extra as { request?: { headers: { authorization?: string } } }
  return typeof given === 'string' ? given : request?.headers.authorization
}
