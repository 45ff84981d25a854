import crypto from 'node:crypto'
import type { Pool } from 'pg'
import { currentRequest } from '../http/request.ts'

interface Refused {
  readonly session_hash: string
  readonly request_id: string
  readonly object: string
  readonly code: string
  times: number
}

export interface RefusalsOptions {
  /** How soon the first of a kind is written. */
  readonly soonMs?: number
  /** How long others of its kind are added up. */
  readonly windowMs?: number
  /** How many kinds are told apart within that time; as many more are told apart by caller and code. */
  readonly kinds?: number
}

/**
 * Notes what was refused, after its own transaction is gone. By caller, operation and code the first
 * within a minute is written at once, the others as one number at its end: a flood of refusals holds
 * up no request and fills no disk.
 */
export class Refusals {
  readonly #server: Pick<Pool, 'query'>
  readonly #options: Required<RefusalsOptions>
  readonly #found = new Map<string, Refused>()
  #writing: Promise<unknown> = Promise.resolve()
  #soon: NodeJS.Timeout | undefined
  #window: NodeJS.Timeout | undefined

  constructor(server: Pick<Pool, 'query'>, options: RefusalsOptions = {}) {
    this.#server = server
    this.#options = { soonMs: 200, windowMs: 60_000, kinds: 1000, ...options }
  }

  /** What the request at hand was refused. */
  note(code: string): void {
    const { id = '-', session = '', operation = 'graphql' } = currentRequest() ?? {}
    const [who, object] = this.#toldApart(session, operation, code)
    const key = keyOf(who, object, code)
    const refused = this.#found.get(key)
    this.#window ??= this.#after(this.#options.windowMs, () => this.#close())
    if (refused !== undefined) {
      refused.times += 1
      return
    }
    const session_hash = crypto.createHash('sha256').update(who).digest('hex')
    this.#found.set(key, { session_hash, request_id: id, object, code, times: 1 })
    this.#soon ??= this.#after(this.#options.soonMs, () => this.#write())
  }

  /** Who asks for many things crowds out what they were, and not so soon who asks. */
  #toldApart(session: string, operation: string, code: string): [who: string, object: string] {
    const many = 'graphql of many'
    const { kinds } = this.#options
    const fits = (who: string, object: string, most: number) =>
      this.#found.size < most || this.#found.has(keyOf(who, object, code))
    if (fits(session, operation, kinds)) return [session, operation]
    return fits(session, many, 2 * kinds) ? [session, many] : ['', many]
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    clearTimeout(this.#window)
    await this.#close()
  }

  /** The end of a minute: what came since the first of a kind is written, and counting begins anew. */
  async #close(): Promise<void> {
    this.#window = undefined
    await this.#write()
    for (const [key, { times }] of this.#found) if (times === 0) this.#found.delete(key)
  }

  #write(): Promise<unknown> {
    clearTimeout(this.#soon)
    this.#soon = undefined
    this.#writing = this.#writing.then(() => this.#writeNow())
    return this.#writing
  }

  async #writeNow(): Promise<void> {
    const waiting = [...this.#found.values()].filter(({ times }) => times > 0)
    if (waiting.length === 0) return
    const rows = waiting.map((refused) => ({ ...refused }))
    for (const refused of waiting) refused.times = 0
    try {
      await this.#server.query('select app_private.note_refusals($1)', [JSON.stringify(rows)])
    } catch {
      // The database is away: they are tried again with those of the next minute.
      for (const [n, refused] of waiting.entries()) refused.times += rows[n]?.times ?? 0
      this.#window ??= this.#after(this.#options.windowMs, () => this.#close())
    }
  }

  #after(ms: number, work: () => Promise<unknown>): NodeJS.Timeout {
    return setTimeout(() => void work(), ms).unref()
  }
}

const keyOf = (...parts: string[]) => parts.join('\n')
