import './mode.ts'
import {
  type makePgService,
  makeWithPgClientViaPgClientAlreadyInTransaction,
} from 'postgraphile/adaptors/pg'
import type { Pool } from 'pg'

type Service = ReturnType<typeof makePgService>
type WithPgClient = Awaited<ReturnType<Service['adaptor']['createWithPgClient']>>

/**
 * One transaction for each question: it begins, takes the caller's role and settings, asks and
 * commits. On a connection that pipelines, the first three go out without waiting for each other.
 * That opens nothing: a question behind settings that failed finds its transaction aborted, and
 * one without settings would be asked by a login that has no rights.
 */
export function inTransactions(pool: Pool): WithPgClient {
  return async (settings, callback) => {
    const client = await pool.connect()
    let broken: Error | undefined
    const { stream } = client.connection
    try {
      stream.cork()
      process.nextTick(() => stream.uncork())
      const begun = Promise.all([
        client.query('begin'),
        client.query(settingsQuery(settings ?? {})),
      ])
      const within = makeWithPgClientViaPgClientAlreadyInTransaction(client, true)
      // Both are waited for: an error of the settings is the reason for that of the question.
      const [opening, answer] = await Promise.allSettled([begun, within(null, callback)])
      if (opening.status === 'fulfilled' && answer.status === 'fulfilled') {
        await client.query('commit')
        return answer.value
      }
      await client.query('rollback').catch((error: Error) => (broken = error))
      throw opening.status === 'rejected'
        ? opening.reason
        : (answer as PromiseRejectedResult).reason
    } finally {
      client.release(broken)
    }
  }
}

/** As a prepared statement, because it comes with every request. */
function settingsQuery(settings: Record<string, string | undefined>) {
  const given = Object.entries({ ...settings, ...always }).filter(([, value]) => value != null)
  const calls = given.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, true)`)
  return {
    name: `settings ${given.length}`,
    text: `select ${calls.join(', ')}`,
    values: given.flat(),
  }
}

/** Compiling a statement takes longer than nearly all of ours run. */
const always = { jit: 'off' }
