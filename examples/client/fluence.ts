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

interface SignIn {
  readonly outcome: 'signed_in' | 'second_factor' | 'enrol'
  readonly accessToken: string | null
  readonly accessTokenExpiresAt: string | null
  readonly refreshToken: string | null
}

const signInFields = 'outcome accessToken accessTokenExpiresAt refreshToken'

/** A way to one Fluence, in the name of whoever signed in, or of a machine by its API key. */
export class Fluence {
  readonly #url: string
  readonly #apiKey: string | undefined
  #session: SignIn | undefined
  #refreshing: Promise<void> | undefined

  constructor(url: string, apiKey?: string) {
    this.#url = url.replace(/\/+$/, '')
    this.#apiKey = apiKey
  }

  /** Signs in. Access tokens are good for ten minutes; this client refreshes them by itself. */
  async login(mail: string, password: string): Promise<void> {
    const { login } = await this.#send<{ readonly login: SignIn }>(
      `mutation Login($mail: String!, $password: String!) {
        login(mail: $mail, password: $password) { ${signInFields} }
      }`,
      { mail, password },
      {},
    )
    if (login.outcome !== 'signed_in') {
      throw new FluenceError('This account asks for a second factor.', login.outcome)
    }
    this.#session = login
  }

  /** Asks once. A database that is away for a moment (503) is asked again, if nothing was changed. */
  async ask<T>(query: string, variables: Variables = {}): Promise<T> {
    return this.#send(query, variables, await this.#headers())
  }

  async #send<T>(
    query: string,
    variables: Variables,
    authorization: Record<string, string>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(`${this.#url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
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
      const client = this.#connect(await this.#headers())
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

  /** What tells who asks, fresh for another half a minute at least. */
  async #headers(): Promise<Record<string, string>> {
    if (this.#apiKey !== undefined) return { authorization: `Bearer ${this.#apiKey}` }
    if (this.#session === undefined) return {}
    const expiresAt = Date.parse(this.#session.accessTokenExpiresAt ?? '')
    if (expiresAt - Date.now() < 30_000) {
      this.#refreshing ??= this.#refresh().finally(() => {
        this.#refreshing = undefined
      })
      await this.#refreshing
    }
    return { authorization: `Bearer ${this.#session.accessToken}` }
  }

  async #refresh(): Promise<void> {
    const { refreshSession } = await this.#send<{ readonly refreshSession: SignIn }>(
      `mutation Refresh($token: String!) {
        refreshSession(refreshToken: $token) { ${signInFields} }
      }`,
      { token: this.#session?.refreshToken },
      {},
    )
    this.#session = refreshSession
  }

  #connect(connectionParams: Record<string, string>): Client {
    return createClient({
      url: `${this.#url.replace(/^http/, 'ws')}/graphql`,
      connectionParams,
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
