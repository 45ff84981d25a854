import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient } from 'graphql-ws'

/** What Fluence says when it refuses: a code of its register, and a reference for its log. */
export class FluenceError extends Error {
  readonly code: string
  readonly reference: string | undefined

  constructor(message: string, code: string, reference?: string) {
    super(message)
    this.name = 'FluenceError'
    this.code = code
    this.reference = reference
  }
}

interface Answer<T> {
  readonly data?: T | null
  readonly errors?: readonly {
    readonly message: string
    readonly extensions?: { readonly code?: string; readonly reference?: string }
  }[]
}

type Variables = Readonly<Record<string, unknown>>

/** A way to one Fluence, in the name of whoever the token belongs to. */
export class Fluence {
  readonly #url: string
  readonly #headers: Record<string, string>

  constructor(url: string, token?: string) {
    this.#url = url.replace(/\/+$/, '')
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  /** Asks once. A database that is away for a moment (503) is asked again, if nothing was changed. */
  async ask<T>(query: string, variables: Variables = {}): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(`${this.#url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#headers },
        body: JSON.stringify({ query, variables }),
      })
      if (response.status === 503 && attempt < 5 && !/^\s*mutation/.test(query)) {
        await sleep(attempt * 500)
        continue
      }
      return dataOf((await response.json()) as Answer<T>)
    }
  }

  /**
   * Follows a subscription that takes `after`, for ever. When the connection breaks it goes on after
   * the last position that it told, so nothing is missed and nothing comes twice.
   */
  async *follow<T>(
    query: string,
    positionOf: (row: T) => string,
    after: string,
  ): AsyncGenerator<T, never> {
    let position = after
    for (;;) {
      const client = this.#connect()
      try {
        for await (const answer of client.iterate<T>({ query, variables: { after: position } })) {
          const row = dataOf(answer as Answer<T>)
          position = positionOf(row)
          yield row
        }
      } catch (error) {
        const refused = refusalOf(error)
        if (refused !== undefined && refused.code !== 'FL905') throw refused
      } finally {
        await client.dispose()
      }
      await sleep(500)
    }
  }

  #connect(): Client {
    return createClient({
      url: `${this.#url.replace(/^http/, 'ws')}/graphql`,
      connectionParams: this.#headers,
      retryAttempts: 0,
    })
  }
}

function dataOf<T>({ data, errors }: Answer<T>): T {
  const [error] = errors ?? []
  if (error !== undefined) {
    const { code = 'unknown', reference } = error.extensions ?? {}
    throw new FluenceError(error.message, code, reference)
  }
  if (data === undefined || data === null) throw new FluenceError('Nothing came back.', 'unknown')
  return data
}

/** A refusal, in words or by the code of a closed socket; undefined where trying again may help. */
function refusalOf(error: unknown): FluenceError | undefined {
  if (error instanceof FluenceError) return error
  if (Array.isArray(error)) {
    const [first] = error as NonNullable<Answer<never>['errors']>
    const { code = 'unknown', reference } = first?.extensions ?? {}
    return new FluenceError(first?.message ?? 'It was refused.', code, reference)
  }
  const { code } = Object(error) as { code?: unknown }
  if (code === 4401) return new FluenceError('The session is over. Sign in again.', 'FL903')
  return undefined
}
