import { once } from 'node:events'
import type { Pool } from 'pg'
import { expect } from 'vitest'
import { inTransactions } from '../../src/server/graphql/transactions.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { endPool, makePool } from '../../src/server/postgres/pool.ts'
import { test as base } from '../harness/test.ts'

interface Asking {
  readonly pool: Pool
  /** Asks one question with these settings, on the pool's only connection. */
  ask(settings: Record<string, string> | null, text: string): Promise<readonly object[]>
}

const test = base.extend<{ asking: Asking }>({
  asking: async ({ database }, use) => {
    const url = database.access.as('fluence_authenticator')
    const pool = makePool(url, 1, () => {}, { pipeline: true })
    const inTransaction = inTransactions(pool)
    await use({
      pool,
      ask: async (settings, text) =>
        (await inTransaction(settings, (client) => client.query<object>({ text }))).rows,
    })
    if (!pool.ended) await endPool(pool)
  },
})

const visitor = { role: 'fluence_visitor', 'fluence.session_id': 'x', statement_timeout: '4321' }
const who = `select current_user as role, current_setting('fluence.session_id', true) as session,
               current_setting('statement_timeout') as timeout, pg_backend_pid() as connection`

test('a question is asked with the settings of its caller, and with nobody else’s', async ({
  asking,
}) => {
  const [first] = await asking.ask(visitor, who)
  expect(first).toMatchObject({ role: 'fluence_visitor', session: 'x', timeout: '4321ms' })
  const [second] = await asking.ask({ role: 'fluence_analyst' }, who)
  expect(second).toMatchObject({ role: 'fluence_analyst', session: '', timeout: '0' })
  const [third] = await asking.ask(null, who)
  expect(third).toMatchObject({ role: 'fluence_authenticator', session: '' })
  const connections = [first, second, third].map(
    (row) => (row as { connection: number }).connection,
  )
  expect(new Set(connections).size).toBe(1)
})

/** Stays with the connection if its transaction is committed. */
const leaveTrace = `select set_config('fluence.trace', 'yes', false) as left`
const readTrace = `select coalesce(current_setting('fluence.trace', true), '') as trace`

for (const [what, settings, code] of [
  ['a role that is not there', { ...visitor, role: 'fluence_king' }, '22023'],
  ['a role that is not for it', { ...visitor, role: 'fluence_owner' }, '42501'],
  ['a value that is none', { ...visitor, statement_timeout: 'soon' }, '22023'],
] as const) {
  test(`${what} is told, and the question behind it is not answered`, async ({ asking }) => {
    await expect(asking.ask(settings, leaveTrace)).rejects.toMatchObject({ code })
    expect(await asking.ask(visitor, readTrace)).toEqual([{ trace: '' }])
  })
}

test('without a role there is no right to anything', async ({ asking }) => {
  const read = 'select from app_public.products'
  await expect(asking.ask(null, read)).rejects.toMatchObject({ code: '42501' })
  await expect(asking.ask({}, read)).rejects.toMatchObject({ code: '42501' })
})

test('what fails leaves nothing behind', async ({ asking }) => {
  expect(await asking.ask(visitor, leaveTrace)).toEqual([{ left: 'yes' }])
  expect(await asking.ask(visitor, readTrace)).toEqual([{ trace: 'yes' }])
  await asking.ask(visitor, `select set_config('fluence.trace', '', false)`)
  await expect(asking.ask(visitor, `${leaveTrace}, 1 / 0`)).rejects.toMatchObject({ code: '22012' })
  expect(await asking.ask(visitor, readTrace)).toEqual([{ trace: '' }])
})

test('several questions are asked in a transaction within, which is taken back as a whole', async ({
  asking,
}) => {
  const note = `select set_config('fluence.note', 'inner', true) as note`
  const several = (last: string) =>
    inTransactions(asking.pool)(visitor, (client) =>
      client.withTransaction(async (within) => {
        await within.query({ text: note })
        await within.query({ text: leaveTrace })
        return within.query<object>({ text: last })
      }),
    )
  const read = `select current_setting('fluence.note', true) as note`
  expect((await several(read)).rows).toEqual([{ note: 'inner' }])
  await asking.ask(visitor, `select set_config('fluence.trace', '', false)`)
  await expect(several('select 1 / 0')).rejects.toMatchObject({ code: '22012' })
  expect(await asking.ask(visitor, readTrace)).toEqual([{ trace: '' }])
})

test('a second question without one is refused: the first is committed', async ({ asking }) => {
  for (const second of ['query', 'withTransaction'] as const) {
    const asked = inTransactions(asking.pool)(visitor, async (client) => {
      await client.query({ text: 'select 1' })
      return second === 'query'
        ? client.query({ text: 'select 2' })
        : client.withTransaction((within) => within.query({ text: 'select 2' }))
    })
    await expect(asked).rejects.toThrow('committed before')
  }
  expect(await asking.ask(visitor, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('what met others in the middle is asked again, three times in all', async ({
  asking,
  database,
}) => {
  await withClient(database.superuserUrl, (client) =>
    client.query(`
      create schema test;
      grant usage on schema test to public;
      create sequence test.calls;
      grant usage on sequence test.calls to public;
      create function test.meets(others bigint, code text) returns bigint language plpgsql as $$
      declare
        v_call bigint := nextval('test.calls');
      begin
        if v_call <= others then
          raise exception using errcode = code, message = 'met others';
        end if;
        return v_call;
      end $$`),
  )
  const meets = (others: number, code: string) =>
    asking.ask(visitor, `select test.meets(${others}, '${code}') as call`)
  expect(await meets(2, '40001')).toEqual([{ call: '3' }])
  await expect(meets(99, '40P01')).rejects.toMatchObject({ code: '40P01' })
  expect(await meets(0, '40P01')).toEqual([{ call: '7' }])
  await expect(meets(99, '23505')).rejects.toMatchObject({ code: '23505' })
  expect(await meets(0, '40P01')).toEqual([{ call: '9' }])
})

test('a connection that breaks is replaced', async ({ asking, story }) => {
  const [before] = (await asking.ask(visitor, who)) as [{ connection: number }]
  const sleeping = asking.ask(visitor, 'select pg_sleep(600)')
  await Promise.all([
    expect(sleeping).rejects.toMatchObject({ code: '57P01' }),
    story.rows('select pg_terminate_backend($1)', [before.connection]),
  ])
  const [after] = (await asking.ask(visitor, who)) as [{ connection: number }]
  expect(after.connection).not.toBe(before.connection)
})

test('a question that hangs does not hold up the end', async ({ asking }) => {
  const acquired = once(asking.pool, 'acquire')
  const hanging = asking.ask({ role: 'fluence_visitor' }, 'select pg_sleep(600)')
  await acquired
  await Promise.all([expect(hanging).rejects.toThrow(/terminated/), endPool(asking.pool, 100)])
})
