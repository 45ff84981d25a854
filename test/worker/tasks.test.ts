import fs from 'node:fs'
import path from 'node:path'
import { type JobHelpers, parseCrontab, type Task } from 'graphile-worker'
import { describe, expect, test } from 'vitest'
import { noLog } from '../../src/server/log.ts'
import { readSources } from '../../src/server/postgres/sources.ts'
import {
  anything,
  BadPayload,
  id,
  nullable,
  object,
  oneOf,
} from '../../src/server/worker/payloads.ts'
import { taskFolder } from '../../src/server/worker/runner.ts'
import { crontabFile } from '../../src/server/worker/shift.ts'
import { codeOf, eventTask, jobTask, loadTasks, scheduled } from '../../src/server/worker/tasks.ts'

const around = { log: noLog, home: 'https://fluence.example' }
const own = await loadTasks([taskFolder], around)
const tasks = await loadTasks([taskFolder, path.join(import.meta.dirname, 'tasks')], around)
const topicOf = Object.fromEntries(
  Object.entries(tasks.byTopic).map(([topic, task]) => [task, topic]),
)

/** Runs a task once; what it asked of the database, and what it threw. */
async function runOnce(
  task: Task,
  payload: unknown,
  attempts = 1,
  answers: Readonly<Record<string, object>> = {},
) {
  const asked: unknown[][] = []
  const client = {
    async query({ text, values }: { text: string; values: unknown[] }) {
      const name = /app_private\.(\w+)/.exec(text)?.[1]
      asked.push([name, ...values])
      return { rows: name !== undefined && name in answers ? [answers[name]] : [] }
    },
  }
  const helpers = {
    job: { id: '7', task_identifier: 'test', attempts, max_attempts: 8 },
    withPgClient: (work: (c: typeof client) => unknown) => work(client),
  } as unknown as JobHelpers
  let thrown: string | undefined
  try {
    await task(payload, helpers)
  } catch (error) {
    thrown = (error as Error).message
  }
  return { asked, thrown }
}

const event = (payload: unknown) => ({
  event_id: '5',
  organization_id: '3',
  topic: 'test.happened',
  key: 'product:3:9',
  payload,
})

const odd = [null, [], 'text', 5, { odd: 1 }, { product_id: 9 }, { product_id: '9; drop table x' }]

describe('a task', () => {
  for (const [name, task] of Object.entries(tasks.list)) {
    for (const payload of odd) {
      test(`${name} gives up on ${JSON.stringify(payload)}`, async () => {
        const isEvent = topicOf[name] !== undefined
        const { asked, thrown } = await runOnce(task as Task, isEvent ? event(payload) : payload)
        expect(asked).toEqual(
          isEvent ? [['park_event', '5', 'bad_payload', 1]] : [['give_up_job', '7']],
        )
        expect(thrown).toBe(isEvent ? undefined : 'bad_payload')
      })
    }
  }

  test('gets what it takes', async () => {
    const record = tasks.list['test__record'] as Task
    const { asked, thrown } = await runOnce(record, event({ n: '9007199254740993' }))
    expect(asked.at(-1)).toEqual([undefined, '5', 'product:3:9', '9007199254740993'])
    expect(thrown).toBeUndefined()
    const cron = { _cron: { ts: '2025-01-01T00:00:00Z', backfilled: false } }
    for (const [name, done] of [
      ['core__sweep_jobs', 'sweep_jobs'],
      ['reporting__check_drift', 'check_drift'],
    ] as const) {
      const task = tasks.list[name] as Task
      expect(await runOnce(task, cron)).toEqual({ asked: [[done]], thrown: undefined })
    }
  })

  test('that fails keeps a code, and parks its event with the last attempt only', async () => {
    const failing = eventTask('test.happened', anything, async () => {
      throw Object.assign(new Error('jane@example.org is no number'), { code: '22P02' })
    }).run(around)
    expect(await runOnce(failing, event({}), 7)).toEqual({ asked: [], thrown: '22P02' })
    expect(await runOnce(failing, event({}), 8)).toEqual({
      asked: [['park_event', '5', '22P02', 8]],
      thrown: undefined,
    })
    const job = jobTask(scheduled, async () => {
      throw new TypeError('jane@example.org')
    }).run(around)
    expect(await runOnce(job, { _cron: {} })).toEqual({ asked: [], thrown: 'TypeError' })
  })
})

describe('the code of an error', () => {
  for (const [what, error, code] of [
    ['of PostgreSQL', { code: '23505', name: 'error' }, '23505'],
    ['of Node', { code: 'ECONNREFUSED', name: 'Error' }, 'ECONNREFUSED'],
    ['of ours', new BadPayload('x', 'y'), 'bad_payload'],
    ['without a code', new RangeError('jane@example.org'), 'RangeError'],
    ['that says too much', { code: 'jane@example.org', name: 'see jane' }, 'unknown'],
    ['that is none', undefined, 'unknown'],
  ] as const) {
    test(`${what} is ${code}`, () => expect(codeOf(error)).toBe(code))
  }
})

describe('a parser', () => {
  const parse = object({ product: id, change: oneOf('added', 'gone'), by: nullable(id) })

  test('answers with the value', () => {
    const value = { product: '12', change: 'gone', by: null }
    expect(parse(value)).toEqual(value)
  })

  for (const [value, complaint] of [
    [undefined, 'the payload is not an object'],
    [{ product: 12, change: 'gone', by: null }, 'the payload.product is not the number of a row'],
    [
      { product: '1e3', change: 'gone', by: null },
      'the payload.product is not the number of a row',
    ],
    [{ product: '1', change: 'lost', by: null }, 'the payload.change is not one of added, gone'],
    [{ product: '1', change: 'gone' }, 'the payload.by is not the number of a row'],
    [{ product: '1', change: 'gone', by: null, x: 1 }, 'the payload is not without the field x'],
    [{ product: '1', change: 'gone', by: null, toString: 1 }, 'without the field toString'],
  ] as const) {
    test(`refuses ${JSON.stringify(value)}`, () => expect(() => parse(value)).toThrow(complaint))
  }
})

describe('the folder of tasks', () => {
  test('has every task of the crontab', () => {
    const named = parseCrontab(fs.readFileSync(crontabFile, 'utf8')).map(({ task }) => task)
    expect(named.length).toBeGreaterThan(0)
    expect(Object.keys(own.list)).toEqual(expect.arrayContaining(named))
  })

  test('or the feed takes every topic that SQL tells of, and no other', () => {
    const { files } = readSources()
    const topicsIn = (sources: typeof files) =>
      sources.flatMap(({ text }) =>
        [...text.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, topic]) => topic),
      )
    const told = files.filter(({ text }) => /app_private\.(emit\(|outbox \()/.test(text))
    const feed = files.filter(({ kind, name }) => kind === 'data' && name === 'feed_topics')
    const taken = [...topicsIn(feed), ...Object.keys(own.byTopic)]
    expect(new Set(topicsIn(told))).toEqual(new Set(taken))
  })

  test('names each after its room', () => {
    const rooms = fs.readdirSync(path.join(taskFolder, '../../sql'))
    for (const name of Object.keys(own.list)) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*__[a-z]+(_[a-z]+)*$/)
      expect(rooms).toContain(name.split('__')[0])
    }
  })
})

describe('a mail that nobody can ever get', () => {
  const wanted = { ...event({ mail_id: '9', template: 'mail-in-use' }), topic: 'mail.wanted' }
  const mail = { name: 'Ann', template: 'mail-in-use', wanted_at: new Date(), expires_at: null }
  const send = own.list['sign_in__send_mail'] as Task

  test('is settled with the reason, and its event is not parked', async () => {
    const { asked, thrown } = await runOnce(send, wanted, 1, {
      take_mail: { ...mail, address: 'ann@[127.0.0.1]' },
    })
    expect(thrown).toBeUndefined()
    expect(asked.at(-1)).toEqual(['settle_mail', '5', '9', 'bad_address'])
    expect(asked).toHaveLength(2)
  })

  test('because it is broken itself, is for somebody to look at', async () => {
    const { asked, thrown } = await runOnce(send, wanted, 8, {
      take_mail: { ...mail, address: 'ann@example.com', template: 'nowhere' },
    })
    expect(thrown).toBeUndefined()
    expect(asked.map(([name]) => name)).toEqual(['take_mail', 'park_event'])
  })
})
