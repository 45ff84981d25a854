import type http from 'node:http'
import type { Duplex } from 'node:stream'
import { makeServer } from 'graphql-ws'
import { type GrafservBase, makeGraphQLWSConfig } from 'postgraphile/grafserv'
import { getOperationAST, GraphQLError } from 'postgraphile/graphql'
import { type WebSocket, WebSocketServer } from 'ws'
import { HttpRefusal, rawAnswer } from '../http/errors.ts'
import type { Metrics } from '../http/metrics.ts'
import { inMessage, type RequestFacts, unread } from '../http/request.ts'
import type { Log } from '../log.ts'
import type { Callers } from './caller.ts'
import { isUnavailable, Refusal } from './errors.ts'
import { signedOut } from './session-watch.ts'

export interface SocketOptions {
  readonly path: string
  readonly maxMessageBytes: number
  readonly callers: Callers
  readonly log: Log
  readonly metrics?: Metrics
}

/** How many operations one socket may have at work. */
const operationsPerSocket = 50
const pingMs = 15_000

/** Close codes of the protocol: clients come back after the one, and mend something after the other. */
const tryAgainLater = 1013
const badRequest = 4400

/** What a socket is told of its end. What libraries would say quotes what was sent. */
const reasons: Readonly<Record<number, string>> = {
  [badRequest]: 'A message is not one of the protocol graphql-transport-ws.',
  4406: 'Speak graphql-transport-ws.',
  4408: 'The first message did not come in time.',
  4409: 'There is an operation of this id.',
  4429: 'The first message came twice.',
  [signedOut]: 'Sign in again.',
}

/** Opens GraphQL over WebSocket (the protocol graphql-transport-ws); the answer closes it. */
export function openSockets(
  server: http.Server,
  serv: GrafservBase,
  { path, maxMessageBytes, callers, log, metrics }: SocketOptions,
): () => void {
  const config = makeGraphQLWSConfig(serv)
  const protocol = makeServer<Record<string, unknown>, { socket: WebSocket }>({
    ...config,
    // Who may not enter is told so at once, not at the first operation.
    async onConnect(context) {
      try {
        await callers.identify(context)
        return true
      } catch (error) {
        const { socket } = context.extra
        if (isUnavailable(error)) socket.close(tryAgainLater, 'The database is not available.')
        else socket.close(signedOut, reasons[signedOut])
        return false
      }
    },
    onSubscribe(context, id, payload) {
      if (Object.keys(context.subscriptions).length > operationsPerSocket) {
        const message = `A socket has at most ${operationsPerSocket} operations at work.`
        return [new GraphQLError(message, { originalError: new Refusal('FL902', message, 400) })]
      }
      return config.onSubscribe?.(context, id, payload)
    },
    onNext(context, id, payload, args, result) {
      const operation = getOperationAST(args.document, args.operationName)
      if (operation?.operation === 'subscription') endWhereRowIsLost(result)
      return config.onNext?.(context, id, payload, args, result)
    },
  })
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols: (offered) =>
      offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false,
  })

  sockets.on('connection', (socket: WebSocket, request: http.IncomingMessage) => {
    keepAlive(socket)
    // What breaks the rules of WebSocket itself; the library closes it with a code of its own.
    socket.on('error', () => {})
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // The next row of a subscription waits until this one is on its way. That somebody has hung
        // up is no fault of an operation: the end of the socket ends it.
        send: (data) => new Promise((resolve) => socket.send(data, () => resolve())),
        close: (code = badRequest) => socket.close(code, reasons[code] ?? ''),
        onMessage: (take) =>
          socket.on('message', (data: Buffer, isBinary) => {
            // Only of a text has WebSocket made sure that it is UTF-8.
            if (isBinary) return socket.close(badRequest, reasons[badRequest])
            inMessage(request, async (about) => {
              const began = performance.now()
              await take(data.toString()).catch((error: unknown) => {
                log.warn('A message of a socket failed.', { error })
                socket.close(1011, 'Something went wrong on our side.')
              })
              observe(about, performance.now() - began)
            })
          }),
      },
      { socket, request } as { socket: WebSocket },
    )
    socket.once('close', (code) => closed(code, ''))
  })

  /** As over HTTP. How long somebody listened to a subscription is not how long it took. */
  const observe = ({ operation, code }: RequestFacts, ms: number) => {
    if (operation === unread || operation.startsWith('graphql subscription')) return
    metrics?.answered(operation, code === undefined ? '2xx' : '4xx', ms / 1000)
  }

  const upgrade = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?')[0] !== path) {
      socket.end(rawAnswer(new HttpRefusal('not_found'), log))
      return
    }
    sockets.handleUpgrade(request, socket, head, (open) => {
      sockets.emit('connection', open, request)
    })
  }
  server.on('upgrade', upgrade)
  return () => {
    server.off('upgrade', upgrade)
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
  }
}

/**
 * A row that could not be told must not be passed over in silence: the subscription ends with the
 * error, and the caller goes on after the last row that it has seen.
 */
function endWhereRowIsLost(result: {
  readonly data?: object | null
  readonly errors?: readonly GraphQLError[]
}): void {
  const { data, errors } = result
  const [error] = errors ?? []
  const isTold = Object.values(data ?? {}).some((value) => value !== null)
  if (error !== undefined && data != null && !isTold) throw error.originalError ?? error
}

/** A caller that is gone without a word, or reads no more, is let go after two pings. */
function keepAlive(socket: WebSocket): void {
  let answered = true
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, pingMs)
  socket.on('pong', () => {
    answered = true
  })
  socket.once('close', () => clearInterval(timer))
}
