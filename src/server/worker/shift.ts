import { EventEmitter } from 'node:events'
import path from 'node:path'
import { Logger, run, type Runner, type WorkerEvents } from 'graphile-worker'
import type { Pool, PoolClient } from 'pg'
import { projectDir } from '../env.ts'
import type { Log } from '../log.ts'
import { endPool, makePool } from '../postgres/pool.ts'
import { pause } from '../postgres/processes.ts'
import { type Heartbeat, startHeartbeat } from './heartbeat.ts'
import { schema } from './queue.ts'
import type { Tasks } from './tasks.ts'

export const crontabFile = path.join(projectDir, 'worker/crontab')

export interface ShiftOptions {
  readonly url: string
  readonly tasks: Tasks
  readonly log: Log
  readonly concurrency: number
  readonly lifetimeSeconds: number
}

/**
 * The work of graphile-worker from its start until a connection breaks. Jobs may be locked for it
 * whose names were in an answer that never came, so it then has to end and give up all that is
 * locked for it.
 */
export class Shift {
  readonly #options: ShiftOptions
  readonly #pool: Pool
  readonly #broken = Promise.withResolvers<void>()
  readonly #running = new Set<string>()
  readonly #unbegun: string[] = []
  #revision = 0
  #runner: Runner | undefined
  #workerId: string | undefined
  #heartbeat: Heartbeat | undefined

  constructor(options: ShiftOptions) {
    this.#options = options
    this.#pool = makePool(options.url, options.concurrency + 4, () => this.#broken.resolve())
    this.#pool.on('connect', (client) => {
      client.on('error', () => this.#broken.resolve())
      this.#doubtMigrations(client)
    })
  }

  /**
   * graphile-worker ends when it is told that its tables were migrated beyond it; and everybody who can
   * log in to PostgreSQL can tell it so. So we look first whether it is true.
   */
  #doubtMigrations(client: PoolClient): void {
    const emit = client.emit.bind(client) as (event: string, ...given: unknown[]) => boolean
    const pass = (event: string, ...given: unknown[]) => {
      const [message] = given as [{ channel?: string } | undefined]
      if (event !== 'notification' || message?.channel !== 'worker:migrate') {
        return emit(event, ...given)
      }
      this.#asMigrated()
        .then((isTrue) => isTrue && emit(event, ...given))
        .catch(() => {})
      return true
    }
    client.emit = pass as typeof client.emit
  }

  async #asMigrated(): Promise<boolean> {
    return (await this.#lastRevision()) > this.#revision
  }

  /** The last migration of graphile-worker's tables that ends older workers. */
  async #lastRevision(): Promise<number> {
    const { rows } = await this.#pool.query<{ id: number | null }>(
      `select max(m.id) as id from ${schema}.migrations as m where m.breaking`,
    )
    return rows[0]?.id ?? 0
  }

  /** Works until the database is lost; false if it was not even there at the start. */
  async work(): Promise<boolean> {
    try {
      this.#revision = await this.#lastRevision()
      this.#runner = await this.#start()
    } catch {
      return false
    }
    await Promise.race([this.#runner.promise.catch(() => {}), this.#broken.promise])
    return true
  }

  #start(): Promise<Runner> {
    const { tasks, concurrency } = this.#options
    return run({
      pgPool: this.#pool,
      schema,
      events: this.#watch(new EventEmitter()),
      concurrency,
      noHandleSignals: true,
      pollInterval: 1000,
      taskList: tasks.list,
      crontabFile,
      // What it says quotes errors, and so what people sent; the events say the same.
      logger: new Logger(() => () => {}),
      preset: {
        worker: {
          localQueue: { size: concurrency * 8, ttl: 3000 },
          completeJobBatchDelay: 20,
          failJobBatchDelay: 20,
        },
      },
    })
  }

  #watch(events: WorkerEvents): WorkerEvents {
    const { log, lifetimeSeconds } = this.#options
    events.on('pool:create', ({ workerPool }) => {
      this.#workerId = workerPool.id
      this.#heartbeat = startHeartbeat(this.#pool, workerPool.id, lifetimeSeconds, log)
    })
    // graphile-worker 0.18.0 trips over jobs that wait here at its end: we hand them back.
    events.on('localQueue:setMode', ({ localQueue, newMode }) => {
      if (newMode !== 'RELEASED') return
      this.#unbegun.push(...localQueue.jobQueue.splice(0).map(({ id }) => id))
    })
    events.on('job:start', ({ job }) => this.#running.add(job.id))
    events.on('job:complete', ({ job }) => this.#running.delete(job.id))
    events.on('job:error', ({ job, error }) => {
      const { message, cause } = error as Error
      log.warn('A job failed.', {
        task: job.task_identifier,
        job: job.id,
        attempt: job.attempts,
        code: message,
        error: cause,
      })
    })
    return events
  }

  /** Takes no more jobs, and waits for those that run. */
  async end(): Promise<void> {
    const stopped = this.#runner?.stop().catch(() => {})
    // Without a database graphile-worker 0.18.0 may wait for ever to note down what it has done.
    await Promise.race([stopped, this.#idle().then(() => pause(1000))])
  }

  async #idle(): Promise<void> {
    while (this.#running.size > 0) await pause(50)
  }

  /** Gives up whatever is still locked for it; false if the database does not hear it. */
  async retire(): Promise<boolean> {
    this.#heartbeat?.stop()
    if (this.#workerId === undefined) return true
    try {
      await this.#pool.query('select app_private.retire_worker($1, $2)', [
        this.#workerId,
        this.#unbegun,
      ])
      return true
    } catch {
      return false
    }
  }

  /** Closes its connections. */
  leave(): Promise<void> {
    return endPool(this.#pool)
  }
}
