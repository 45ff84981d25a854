import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Log } from '../log.ts'
import { HttpRefusal, rawAnswer, type RefusalCode } from './errors.ts'
import type { OriginOf } from './origins.ts'
import { currentRequest, factsOf, inRequest, requestIdFrom } from './request.ts'
import type { Credentials } from './tls.ts'
import type { Transport } from './transport.ts'

/** A caller who dawdles holds a connection, and nothing else, for no longer than this. */
export const patience = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2000,
}

export interface ServerOptions {
  readonly transport: Transport
  readonly originOf: OriginOf
  readonly log: Log
  /** Whether a WebSocket must be secure where it comes from another machine. */
  readonly production: boolean
  readonly credentials?: Credentials
  readonly patience?: Partial<typeof patience>
}

export type Listener = (request: http.IncomingMessage, response: http.ServerResponse) => void

/** The server for the listener: HTTPS where there are credentials. Each request knows who it is. */
export function makeServer(listener: Listener, options: ServerOptions): http.Server {
  const { transport, log, credentials } = options
  const settings = { ...patience, ...options.patience, maxHeaderSize: 16_384 }
  const enter = (request: http.IncomingMessage, operation: string, work: () => void) => {
    const facts = {
      id: requestIdFrom(request.headers['x-request-id']),
      secure: transport.isSecure(request),
      local: transport.isLocal(request),
      operation,
    }
    inRequest(request, facts, work)
  }
  const answer: Listener = (request, response) =>
    enter(request, 'unknown', () => listener(request, response))
  const server =
    credentials === undefined
      ? http.createServer(settings, answer)
      : https.createServer(
          { ...settings, minVersion: 'TLSv1.2', cert: credentials.cert, key: credentials.key },
          answer,
        )
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    refuseUnreadable(error, socket as Socket, log)
  })
  guardUpgrades(server, options, enter)
  return server
}

const unreadable: Record<string, RefusalCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket, log: Log): void {
  // Node keeps the answer that a socket is waiting for here.
  const { _httpMessage: answer } = socket as { _httpMessage?: http.ServerResponse | null }
  const answering = answer?.headersSent === true
  if (!socket.writable || answering || error.code === 'ECONNRESET') {
    socket.destroy(error)
    return
  }
  const code = unreadable[error.code ?? ''] ?? 'malformed_request'
  hangUp(socket, rawAnswer(new HttpRefusal(code), log))
}

/** Says a last word, and waits only so long for the other side to hang up as well. */
function hangUp(socket: Socket, text: string): void {
  socket.end(text)
  socket.setTimeout(1000, () => socket.destroy())
}

const upgraded = new WeakMap<http.Server, Set<Socket>>()

/**
 * Every upgrade to a WebSocket passes here first, whoever listens for it: browsers let any page open
 * one, with the cookies of whom it opens it to.
 */
function guardUpgrades(
  server: http.Server,
  { originOf, log, production }: ServerOptions,
  enter: (request: http.IncomingMessage, operation: string, work: () => void) => void,
): void {
  const sockets = new Set<Socket>()
  upgraded.set(server, sockets)
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean
  const guarded = (event: string, ...args: unknown[]) => {
    if (event !== 'upgrade') return emit(event, ...args)
    const [request, socket] = args as [http.IncomingMessage, Socket]
    enter(request, 'websocket', () => {
      const { secure, local } = factsOf(request) ?? {}
      const code =
        originOf(request) === 'foreign'
          ? 'origin_not_allowed'
          : production && !secure && !local
            ? 'https_required'
            : undefined
      socket.on('error', () => socket.destroy())
      if (code !== undefined) hangUp(socket, rawAnswer(new HttpRefusal(code), log))
      const reference = currentRequest()?.reference
      log.info(code === undefined ? 'Socket opened.' : 'Socket refused.', { code, reference })
      if (code !== undefined) return
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      emit(event, ...args)
    })
    return true
  }
  server.emit = guarded as typeof server.emit
}

/** The WebSockets of a server, which it does not count among its connections. */
export const socketsOf = (server: http.Server): Iterable<Socket> => upgraded.get(server) ?? []
