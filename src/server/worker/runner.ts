import path from 'node:path'
import { projectDir } from '../env.ts'
import type { Log } from '../log.ts'
import { type SealerOptions, startSealer } from '../audit/sealer.ts'
import { startServerLogReader } from '../audit/server-log.ts'
import type { Access } from '../postgres/access.ts'
import { pause } from '../postgres/processes.ts'
import { startReader } from './outbox-reader.ts'
import { Shift } from './shift.ts'
import { loadTasks } from './tasks.ts'

export const taskFolder = path.join(projectDir, 'worker/tasks')

export interface WorkerOptions {
  readonly access: Access
  readonly log: Log
  readonly home?: string
  /** How many jobs run at once. */
  readonly concurrency?: number
  /** How long it is taken for alive after it was last heard of. */
  readonly lifetimeSeconds?: number
  /** How long jobs that run may take to finish when it is asked to end. */
  readonly graceMs?: number
  /** Folders of tasks beside our own. */
  readonly moreTasks?: readonly string[]
  /** Where the seals of the audit log are written; without it this worker makes none. */
  readonly seals?: Pick<SealerOptions, 'file' | 'everyMs'>
  /** Where PostgreSQL writes its log, if the server is ours. */
  readonly serverLog?: string
}

export interface Worker {
  stop(): Promise<void>
}

/**
 * Works off jobs, and takes part in reading the outbox. Any number of these may work on one
 * database. Whatever happens to the database, it goes on when that is back.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { access, log, concurrency = 8, lifetimeSeconds = 40, graceMs = 4000 } = options
  const { home = 'http://127.0.0.1:5050' } = options
  const tasks = await loadTasks([taskFolder, ...(options.moreTasks ?? [])], { log, home })
  const setting = { url: workerUrl(access), tasks, log, concurrency, lifetimeSeconds }
  const shifts = new Set<Shift>()
  const stopping = new AbortController()
  const { signal } = stopping

  const close = async (shift: Shift) => {
    await shift.end()
    while (!signal.aborted && !(await shift.retire())) await pause(1000)
    if (signal.aborted) return
    await shift.leave()
    shifts.delete(shift)
  }
  const keepWorking = async () => {
    while (!signal.aborted) {
      const shift = new Shift(setting)
      shifts.add(shift)
      const began = await shift.work()
      if (signal.aborted) return
      if (began) log.warn('The worker lost its database, and starts anew.')
      void close(shift)
      await pause(500)
    }
  }

  const working = keepWorking()
  const reader = startReader(access.as('fluence_worker'), tasks, log)
  const url = access.as('fluence_worker')
  const sealer = options.seals && startSealer({ ...options.seals, url, log })
  const { serverLog: folder } = options
  const logReader = folder === undefined ? undefined : startServerLogReader({ url, folder, log })
  const leaders = [reader, sealer, logReader].filter((leader) => leader !== undefined)
  return {
    async stop() {
      stopping.abort()
      await Promise.all(leaders.map((leader) => leader.stop()))
      const all = (what: (shift: Shift) => Promise<unknown>) => Promise.all([...shifts].map(what))
      await Promise.race([all((shift) => shift.end()), pause(graceMs)])
      // What did not finish in time is taken off us, and runs anew elsewhere.
      await Promise.race([all((shift) => shift.retire()), pause(1000)])
      await all((shift) => shift.leave())
      await Promise.race([working, pause(500)])
    },
  }
}

/**
 * A job's effect and the end of the job need not be on disk one by one: what a crash of the database
 * takes away, it takes from the end on, the effect with the note that it is done; and it runs again.
 */
function workerUrl(access: Access): string {
  const url = new URL(access.as('fluence_worker'))
  url.searchParams.set('options', '-c synchronous_commit=off')
  return url.href
}
