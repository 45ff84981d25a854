import type { Pool } from 'pg'
import { loadedHash } from '../postgres/loader.ts'
import type { Route, Schema } from './route.ts'

/** Why the server takes no requests, by a name for programs. */
export const unready = {
  starting: 'The server is starting.',
  stopping: 'The server is stopping.',
  database_unreachable: 'The database does not answer.',
  database_slow: 'The database does not answer in time.',
  database_differs: 'The database runs another state of sql/.',
} as const

export type Unready = keyof typeof unready

/** Why the server is not ready, or undefined if it is. */
export type Readiness = () => Promise<Unready | undefined>

/** How long an answer to a probe may take, whatever hangs. */
export const patienceMs = 1000

/** Connections for probes are kept, and given up as soon as nobody waits for them. */
export const forProbes = { idleTimeoutMillis: 0, connectionTimeoutMillis: patienceMs }

const object = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
})

export const healthRoutes = (readiness: Readiness): Route[] => [
  {
    method: 'get',
    path: '/healthz',
    operation: 'readHealth',
    about: 'Whether the process lives. It asks nothing of the database.',
    answers: { 200: { about: 'It lives.', schema: object({ status: { const: 'ok' } }) } },
    handle: (_request, response) => response.json({ status: 'ok' }),
  },
  {
    method: 'get',
    path: '/readyz',
    operation: 'readReadiness',
    about: 'Whether requests are answered: the database is there, and is that of this release.',
    answers: {
      200: { about: 'It is ready.', schema: object({ status: { const: 'ready' } }) },
      503: {
        about: 'It is not, and why.',
        schema: object({
          status: { const: 'not ready' },
          code: { type: 'string', enum: Object.keys(unready) },
          reason: { type: 'string' },
        }),
      },
    },
    async handle(_request, response) {
      const code = await readiness()
      if (code === undefined) return response.json({ status: 'ready' })
      return response.status(503).json({ status: 'not ready', code, reason: unready[code] })
    },
  },
]

/** The answer, or what to say when there is none in time. */
export function within<T, U>(ms: number, answer: Promise<T>, late: U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<U>((resolve) => {
    timer = setTimeout(() => resolve(late), ms)
  })
  return Promise.race([answer, limit]).finally(() => clearTimeout(timer))
}

/**
 * Asks the database through a connection of its own: all others may be busy. A connection that does
 * not answer is thrown away, and probes that come meanwhile share one question.
 */
export function databaseReadiness(pool: Pool, expectedHash: () => string): Readiness {
  let asking: Promise<Unready | undefined> | undefined
  return () => {
    asking ??= ask(pool, expectedHash).finally(() => {
      asking = undefined
    })
    return asking
  }
}

async function ask(pool: Pool, expectedHash: () => string): Promise<Unready | undefined> {
  const end = performance.now() + patienceMs
  const connecting = pool.connect()
  try {
    const client = await within(patienceMs, connecting, undefined)
    if (client === undefined) {
      // It may come yet; nobody waits for it any more.
      connecting.then((late) => late.release(true)).catch(() => {})
      return 'database_slow'
    }
    const answer = await within(end - performance.now(), settled(loadedHash(client)), undefined)
    client.release(answer?.status !== 'fulfilled')
    if (answer === undefined) return 'database_slow'
    if (answer.status === 'rejected') throw answer.reason
    return answer.value === expectedHash() ? undefined : 'database_differs'
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    if (message?.startsWith('timeout exceeded') === true) return 'database_slow'
    // Class 42: what is asked for is not there.
    return code?.startsWith('42') === true ? 'database_differs' : 'database_unreachable'
  }
}

async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise])
  return result
}
