import { expect, test } from 'vitest'
import { Refusals } from '../../src/server/audit/refusals.ts'
import { sha256Of } from '../../src/server/identity/opaque.ts'
import { inRequest } from '../../src/server/http/request.ts'

interface Noted {
  readonly session_hash: string
  readonly object: string
  readonly times: number
}

/** What is written of refusals: of each, by whom it was and what was asked for. */
async function noted(kinds: number, asked: [session: string, operation: string][]) {
  const rows: Noted[] = []
  const query = async (_text: string, [json]: [string]) => void rows.push(...JSON.parse(json))
  const refusals = new Refusals({ query } as never, { kinds })
  for (const [session, operation] of asked) {
    const about = { id: 'a', secure: true, local: true, operation, session }
    inRequest({} as never, about, () => refusals.note('FL916'))
  }
  await refusals.stop()
  return rows
}

const flood = (session: string, many: number): [string, string][] =>
  Array.from({ length: many }, (_, n) => [session, `operation ${n}`])

test('who is refused many things stays known, and so does who is after', async () => {
  const rows = await noted(10, [...flood('ann', 50), ['kim', 'a secret'], ['kim', 'another']])
  expect(rows).toHaveLength(12)
  const of = (who: string) =>
    rows.filter(({ session_hash: hash }) => hash === sha256Of(who).toString('hex'))
  expect(of('kim')).toMatchObject([{ object: 'graphql of many', times: 2 }])
  expect(of('ann').at(-1)).toMatchObject({ object: 'graphql of many', times: 40 })
})

test('however many are refused, they are so many rows', async () => {
  const many = Array.from({ length: 100 }, (_, n) => flood(`person ${n}`, 20)).flat()
  const rows = await noted(10, many)
  expect(rows).toHaveLength(21)
  expect(rows.reduce((sum, { times }) => sum + times, 0)).toBe(2000)
})
