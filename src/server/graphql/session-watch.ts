import type { Pool } from 'pg'
import type { WebSocket } from 'ws'
import { pause } from '../postgres/processes.ts'

const everyMs = 1000

/** The code with which a WebSocket is closed that nobody is signed in at; clients do not come back. */
export const signedOut = 4401

/**
 * Hangs up on sockets whose session is over. (What a subscription tells is read in its session, so
 * nothing is told after the end of it; this is so that the caller knows.)
 */
export class SessionWatch {
  readonly #server: Pool
  readonly #sockets = new Map<string, Set<WebSocket>>()
  #looking = false

  constructor(server: Pool) {
    this.#server = server
  }

  /** From now on the socket ends with the session; a socket may hold several. */
  hold(handle: string, socket: WebSocket): void {
    const sockets = this.#sockets.get(handle) ?? new Set()
    if (sockets.has(socket)) return
    this.#sockets.set(handle, sockets.add(socket))
    socket.once('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0) this.#sockets.delete(handle)
    })
    if (!this.#looking) void this.#look()
  }

  async #look(): Promise<void> {
    this.#looking = true
    while (this.#sockets.size > 0) {
      await pause(everyMs)
      for (const handle of await this.#ended()) {
        for (const socket of this.#sockets.get(handle) ?? []) {
          socket.close(signedOut, 'The session is over.')
        }
      }
    }
    this.#looking = false
  }

  async #ended(): Promise<string[]> {
    try {
      const { rows } = await this.#server.query<{ handle: string }>({
        name: 'ended sessions',
        text: 'select e.handle from app_private.ended_sessions($1) as e (handle)',
        values: [[...this.#sockets.keys()]],
      })
      return rows.map(({ handle }) => handle)
    } catch {
      // The database is away; the next look is in a second.
      return []
    }
  }
}
