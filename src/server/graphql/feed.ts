import pg from 'pg'
import { pause } from '../postgres/processes.ts'
import { isUnavailable } from './errors.ts'

/** Answers the positions of the next entries after one; an empty list where there is none yet. */
export type ReadFeed = (after: string) => Promise<readonly string[]>

const retryMs = 500

/**
 * Tells who follows a feed that there may be something new in it. What is new, each reads for
 * itself, as far as its rights go: what is told here is the number of a brand and nothing else. A
 * connection of its own listens, and when that was lost everybody looks once more.
 */
export class Feeds {
  readonly #url: string
  readonly #followers = new Map<string, Set<() => void>>()
  #client: pg.Client | undefined
  #listening: Promise<void> | undefined
  #stopped = false

  constructor(url: string) {
    this.#url = url
  }

  /** The positions after the given one, as they come about, until the signal says that it is over. */
  async *follow(
    brand: string,
    after: string,
    read: ReadFeed,
    signal: AbortSignal,
  ): AsyncGenerator<string, void> {
    this.#listening ??= this.#listen()
    let position = after
    let woken = Promise.withResolvers<void>()
    const wake = () => woken.resolve()
    const forget = this.#add(brand, wake)
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted && !this.#stopped) {
        // Made before it is read: what comes while it is read is not slept over.
        woken = Promise.withResolvers()
        const positions = await this.#patiently(() => read(position), signal)
        for (const next of positions) {
          if (signal.aborted) return
          position = next
          yield next
        }
        if (positions.length === 0 && !signal.aborted && !this.#stopped) await woken.promise
      }
    } finally {
      signal.removeEventListener('abort', wake)
      forget()
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wakeAll()
    await this.#client?.end().catch(() => {})
    await this.#listening
  }

  #add(brand: string, wake: () => void): () => void {
    const followers = this.#followers.get(brand) ?? new Set()
    this.#followers.set(brand, followers.add(wake))
    return () => {
      followers.delete(wake)
      if (followers.size === 0) this.#followers.delete(brand)
    }
  }

  #wake(brand: string): void {
    for (const wake of this.#followers.get(brand) ?? []) wake()
  }

  #wakeAll(): void {
    for (const brand of this.#followers.keys()) this.#wake(brand)
  }

  /** A database that is away for a moment does not end what follows it. */
  async #patiently<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T | []> {
    while (!signal.aborted && !this.#stopped) {
      try {
        return await read()
      } catch (error) {
        if (!isUnavailable(error)) throw error
        await pause(retryMs)
      }
    }
    return []
  }

  async #listen(): Promise<void> {
    while (!this.#stopped) {
      const client = new pg.Client({
        connectionString: this.#url,
        application_name: 'fluence feed',
        connectionTimeoutMillis: 5000,
        keepAlive: true,
      })
      const lost = new Promise<void>((resolve) => client.once('end', resolve))
      client.on('error', () => {})
      client.on('notification', ({ payload = '' }) => this.#wake(payload))
      this.#client = client
      try {
        await client.connect()
        const { rows } = await client.query<{ channel: string }>(
          'select app_private.feed_channel() as channel',
        )
        await client.query(`listen ${client.escapeIdentifier(rows[0]?.channel ?? '')}`)
        this.#wakeAll()
        await lost
      } catch {
        await client.end().catch(() => {})
      }
      if (!this.#stopped) await pause(retryMs)
    }
  }
}
