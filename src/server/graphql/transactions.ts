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
 * commits. On a connection that pipelines, all four go out in one write. That opens nothing: a
 * question behind settings that failed finds its transaction aborted, and one without settings would
 * be asked by a login that has no rights. A commit behind a question that failed takes all back.
 */
export function inTransactions(pool: Pool): WithPgClient {
  const once: WithPgClient = async (settings, callback) => {
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
      let committed: Promise<unknown> | undefined
      const within = makeWithPgClientViaPgClientAlreadyInTransaction(client, true)
      const asked = within(null, (inner) => {
        let hasAsked = false
        const stillOpen = () => {
          if (committed !== undefined) throw new Error('The transaction was committed before.')
        }
        const answer = callback({
          ...inner,
          query(question) {
            stillOpen()
            hasAsked = true
            return inner.query(question)
          },
          withTransaction(work) {
            stillOpen()
            return inner.withTransaction(work)
          },
        })
        // Who has several questions opens a transaction within; any other need not wait to commit.
        if (hasAsked) committed = client.query('commit')
        return answer
      })
      // All are waited for: an error of the settings is the reason for those that follow.
      const [opening, answer] = await Promise.allSettled([begun, asked])
      const done = opening.status === 'fulfilled' && answer.status === 'fulfilled'
      const [ended] = await Promise.allSettled([
        committed ?? client.query(done ? 'commit' : 'rollback'),
      ])
      if (ended.status === 'rejected' && !done) broken = ended.reason as Error
      if (opening.status === 'rejected') throw opening.reason
      if (answer.status === 'rejected') throw answer.reason
      if (ended.status === 'rejected') throw ended.reason
      return answer.value
    } finally {
      client.release(broken)
    }
  }
  return async (settings, callback) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(settings, callback)
      } catch (error) {
        if (attempt === attempts || !hasMetOthers(error)) throw error
      }
    }
  }
}

/** What met others in the middle was taken back as a whole, so it may be asked again. */
const attempts = 3
const hasMetOthers = (error: unknown) =>
  /^40(001|P01)$/.test(String((Object(error) as { code?: unknown }).code))

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
