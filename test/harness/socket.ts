import type { Socket } from 'node:net'
import { type Client, createClient } from 'graphql-ws'
import { onTestFinished } from 'vitest'
import { until } from '../../src/server/postgres/processes.ts'
import { WebSocket } from 'ws'

export interface Told {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly { message: string; extensions?: Record<string, unknown> }[]
}

/** One socket at the GraphQL door, and what came out of its operations. */
export interface Line {
  /** Starts an operation; what it tells piles up in the answer. */
  ask(query: string, variables?: Record<string, unknown>): Following
  /** The code with which the server hung up, once it has. */
  closed(): number | undefined
  /** Breaks the connection without a word. */
  cut(): void
  /** Breaks it as a machine does that has just restarted. */
  reset(): void
}

export interface Following {
  readonly told: Told[]
  readonly errors: NonNullable<Told['errors']>[number][]
  ended: boolean
  /** Waits until so many were told. */
  has(count: number): Promise<readonly Told[]>
  end(): void
}

/** The connection below a WebSocket, which `ws` keeps to itself. */
const transportOf = (socket: WebSocket) => Reflect.get(socket, '_socket') as Socket | null

export function openLine(url: string, handle?: string, headers = {}): Line {
  const sockets: WebSocket[] = []
  let code: number | undefined
  class Tracked extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers })
      sockets.push(this)
    }
  }
  const client: Client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: Tracked,
    connectionParams: handle === undefined ? {} : { authorization: `Bearer ${handle}` },
    retryAttempts: 0,
    lazy: true,
    on: {
      closed: (event) => {
        code = (event as { code?: number }).code
      },
    },
  })
  onTestFinished(() => void client.dispose())
  return {
    closed: () => code,
    cut: () => sockets.forEach((socket) => socket.terminate()),
    reset: () => sockets.forEach((socket) => transportOf(socket)?.resetAndDestroy()),
    ask(query, variables) {
      const following: Following = {
        told: [],
        errors: [],
        ended: false,
        async has(count) {
          await until(20_000, () => following.told.length >= count || following.ended)
          return following.told
        },
        end: client.subscribe<Record<string, unknown>>(
          { query, variables },
          {
            next: (told) => void following.told.push(told as Told),
            error: (error) => {
              if (Array.isArray(error)) following.errors.push(...(error as never[]))
              following.ended = true
            },
            complete: () => {
              following.ended = true
            },
          },
        ),
      }
      return following
    },
  }
}
