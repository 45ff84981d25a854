import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { JobHelpers, Task, TaskList } from 'graphile-worker'
import type { Log } from '../log.ts'
import { anything, BadPayload, id, nullable, object, type Parse, anyText } from './payloads.ts'

/** One statement, one transaction: what a task changes, one function of SQL changes. */
export type Sql = (text: string, values?: readonly unknown[]) => Promise<unknown[]>

/** What a file in worker/tasks exports by default. */
export interface TaskFile {
  /** The events that it works off, if any. */
  readonly topic?: string
  run(around: Surroundings): Task
}

/** What every task of a worker is given. */
export interface Surroundings {
  readonly log: Log
  /** The address that people see Fluence at, for links in mails. */
  readonly home: string
}

export interface Event<T> {
  readonly id: string
  /** The organization it is about; null for the platform itself. */
  readonly organizationId: string | null
  readonly key: string
  readonly payload: T
}

const eventEnvelope = object({
  event_id: id,
  organization_id: nullable(id),
  topic: anyText,
  key: anyText,
  payload: anything,
})

/**
 * A task for the events of one topic. It may run more than once for one event, so its function of
 * SQL begins with app_private.settle_event(). An event that cannot be worked off is parked.
 */
export function eventTask<T>(
  topic: string,
  parse: Parse<T>,
  work: (event: Event<T>, sql: Sql, around: Surroundings) => Promise<unknown>,
): TaskFile {
  return {
    topic,
    run: (around) => async (given, helpers) => {
      const { log } = around
      const envelope = eventEnvelope(given)
      const { event_id, organization_id, key } = envelope
      const sql = sqlOf(helpers)
      try {
        const payload = parse(envelope.payload)
        await work({ id: event_id, organizationId: organization_id, key, payload }, sql, around)
      } catch (error) {
        const { attempts, max_attempts } = helpers.job
        if (!isHopeless(error) && attempts < max_attempts) throw new Failure(error)
        await sql('select app_private.park_event($1, $2, $3)', [event_id, codeOf(error), attempts])
        log.error('An event was parked.', {
          ...factsOf(helpers),
          event: event_id,
          code: codeOf(error),
          error,
        })
      }
    },
  }
}

/** A task for jobs that no event asks for: scheduled ones, and those of app_private.enqueue(). */
export function jobTask<T>(
  parse: Parse<T>,
  work: (payload: T, sql: Sql) => Promise<unknown>,
): TaskFile {
  return {
    run: () => async (given, helpers) => {
      const sql = sqlOf(helpers)
      try {
        await work(parse(given), sql)
      } catch (error) {
        if (error instanceof BadPayload) {
          await sql('select app_private.give_up_job($1)', [helpers.job.id])
        }
        throw new Failure(error)
      }
    },
  }
}

/** To try it again would bring the same. */
const isHopeless = (error: unknown) =>
  error instanceof BadPayload || (Object(error) as { isPermanent?: unknown }).isPermanent === true

/** The payload of a job that the crontab asked for. */
export const scheduled = object({ _cron: anything })

/** What is kept of an error beside the job: its code. A message may quote what people sent. */
class Failure extends Error {
  constructor(cause: unknown) {
    super(codeOf(cause), { cause })
    this.name = 'Failure'
  }
}

export function codeOf(error: unknown): string {
  if (error instanceof BadPayload) return 'bad_payload'
  const { code: own, name } = Object(error) as { code?: unknown; name?: unknown }
  const isCode = (text: unknown) => typeof text === 'string' && /^\w{1,40}$/.test(text)
  return String([own, name].find(isCode) ?? 'unknown')
}

export const factsOf = ({ job }: Pick<JobHelpers, 'job'>) => ({
  task: job.task_identifier,
  job: job.id,
  attempt: job.attempts,
})

/** Statements have a name by which PostgreSQL keeps their plan: the same few come again and again. */
const sqlOf =
  ({ withPgClient }: JobHelpers): Sql =>
  (text, values = []) =>
    withPgClient(async (client) => {
      const { rows } = await client.query({ name: nameOf(text), text, values: [...values] })
      return rows
    })

const names = new Map<string, string>()

function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `task statement ${names.size}`
  names.set(text, name)
  return name
}

export interface Tasks {
  readonly list: TaskList
  /** Which task works off which topic. */
  readonly byTopic: Readonly<Record<string, string>>
}

/** Loads the tasks of folders: one a file, named after it. */
export async function loadTasks(folders: readonly string[], around: Surroundings): Promise<Tasks> {
  const list: TaskList = {}
  const byTopic: Record<string, string> = {}
  const files = folders.flatMap((folder) =>
    fs.readdirSync(folder).flatMap((base) => (base.endsWith('.ts') ? path.join(folder, base) : [])),
  )
  for (const file of files) {
    const name = path.basename(file, '.ts')
    const { default: task } = (await import(pathToFileURL(file).href)) as { default: TaskFile }
    list[name] = task.run(around)
    if (task.topic === undefined) continue
    const other = byTopic[task.topic]
    if (other !== undefined) throw new Error(`${other} and ${name} both take ${task.topic}`)
    byTopic[task.topic] = name
  }
  return { list, byTopic }
}
