import type pg from 'pg'
import { getOperationAST, parse } from 'postgraphile/graphql'
import { describe, expect, test as plain } from 'vitest'
import { openLine } from '../harness/socket.ts'
import { rootsOf } from '../../src/server/graphql/cost.ts'
import { asked, namesOf } from '../../src/server/graphql/labels.ts'
import { hashOf } from '../../src/server/graphql/operations.ts'
import { operationLabel } from '../../src/server/http/request.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { type Api, test } from '../harness/api.ts'

const post = (api: Api, body: object, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** How many requests each operation had, by operation and outcome. */
async function counts(api: Api): Promise<Record<string, number>> {
  const text = await (await fetch(`${api.url}/metrics`)).text()
  const found = text.matchAll(
    /^fluence_request_duration_seconds_count\{operation="(.*)",outcome="(.*)"\} (\d+)$/gm,
  )
  return Object.fromEntries([...found].map(([, name, how, n]) => [`${name} ${how}`, Number(n)]))
}

describe('the metrics', () => {
  test('tell operations apart by what they ask for, however the caller names them', async ({
    api,
  }) => {
    const before = await counts(api)
    const currency = 'currency(code: "EUR") { name }'
    for (let i = 0; i < 20; i += 1) {
      await post(api, { query: `query Invented${i} { a${i}: ${currency} }` })
    }
    await post(api, { query: `query A { ${currency} __typename }`, operationName: 'A' })
    await post(api, { query: `{ ...a } fragment a on Query { ... { ${currency} } }` })
    await post(api, { query: '{ __typename }' })
    await post(api, { query: `{ ${currency} currencies { nodes { code } } }` })
    await post(api, { query: '{ products { nodes { title } } }' })
    await post(api, { query: '{ currencies(first: 5000) { nodes { code } } }' })
    await post(api, {
      query: 'mutation { retireProduct(input: { productId: "1" }) { __typename } }',
    })
    await post(api, { query: '{ nonsense }' })
    await post(api, { query: '{' })
    await post(api, [])
    await expect
      .poll(async () => {
        const now = await counts(api)
        const more = Object.entries(now).map(([key, n]) => [key, n - (before[key] ?? 0)] as const)
        return Object.fromEntries(more.filter(([key, n]) => key.startsWith('graphql') && n > 0))
      })
      .toEqual({
        'graphql query currency 2xx': 22,
        'graphql query __typename 2xx': 1,
        'graphql query of several 2xx': 1,
        'graphql query products 4xx': 1,
        'graphql query currencies 4xx': 1,
        'graphql mutation retireProduct 4xx': 1,
        'graphql unread 4xx': 3,
      })
    const text = await (await fetch(`${api.url}/metrics`)).text()
    expect(text).toMatch(
      /^fluence_request_duration_seconds_bucket\{le="10",operation="graphql query currency",outcome="2xx"\} [1-9]/m,
    )
    expect(text).toMatch(
      /^fluence_request_duration_seconds_sum\{operation="graphql query currency",outcome="2xx"\} 0\.\d+$/m,
    )
  })

  test('count operations over a socket as well, and not how long somebody listens', async ({
    api,
  }) => {
    const before = await counts(api)
    const line = openLine(api.url, await api.signIn('acme', 'analyst'))
    const follow = line.ask('subscription { productChanged { position } }')
    for (let i = 0; i < 3; i += 1) {
      await line.ask('{ currencies(first: 1) { nodes { code } } }').has(1)
    }
    await line.ask('{ jobs { nodes { task } } }').has(1)
    const key = 'graphql query currencies 2xx'
    await expect.poll(async () => ((await counts(api))[key] ?? 0) - (before[key] ?? 0)).toBe(3)
    await expect.poll(async () => (await counts(api))['graphql query jobs 4xx']).toBe(1)
    expect(follow.errors).toEqual([])
    expect(Object.keys(await counts(api)).join()).not.toContain('subscription')
  })

  test('call a known operation by its name, whether or not the caller says it', async ({
    knownApi,
  }) => {
    const id = hashOf(
      'query Currency($code: String!) {\n  currency(code: $code) {\n    name\n  }\n}\n',
    )
    for (const operationName of [undefined, null, 'Currency']) {
      const { status } = await post(knownApi, { id, operationName, variables: { code: 'EUR' } })
      expect(status).toBe(200)
    }
    await post(knownApi, { id, operationName: 'Another' })
    await expect
      .poll(() => counts(knownApi))
      .toMatchObject({
        'graphql Currency 2xx': 3,
        'graphql unread 4xx': 1,
      })
  })
})

describe('an operation', () => {
  const labelOf = (text: string, name?: string) => {
    const document = parse(text)
    const operation = getOperationAST(document, name)
    return operation == null
      ? undefined
      : operationLabel(asked(operation, rootsOf(document, operation)))
  }

  plain('is the one of several that runs', () => {
    const text = 'query a { products } mutation b { createProduct }'
    expect(labelOf(text, 'b')).toBe('graphql mutation createProduct')
    expect(labelOf(text, 'a')).toBe('graphql query products')
  })

  plain('is found out quickly, however often its fragments are spread', () => {
    const spreads = Array.from(
      { length: 200 },
      (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`,
    )
    const text = `{ ...f0 } ${spreads.join(' ')} fragment f200 on Query { products }`
    expect(labelOf(text)).toBe('graphql query products')
  })

  plain('is known by the names in the files, and a file that is none is told of', () => {
    const text = 'query A { x } query B { x } { x } fragment C on D { x }'
    expect(namesOf(new Map([['', text]]))).toEqual(['A', 'B'])
    expect(() => namesOf(new Map([['', 'query Sales {']]))).toThrow(/no GraphQL: .*query Sales \{/)
  })
})

test('the id of a request names its transaction, as far as PostgreSQL shows it', async ({
  api,
}) => {
  const asSuperuser = <T>(work: (client: pg.Client) => Promise<T>) =>
    withClient(api.database.superuserUrl, work)
  for (const id of ['a-short-one', 'x'.repeat(64)]) {
    await asSuperuser(async (client) => {
      await client.query('begin; lock table app_public.currencies in access exclusive mode')
      const query = '{ currencies { nodes { code } } }'
      const answer = post(api, { query }, { 'x-request-id': id })
      // Asked anew each time: within a transaction the answer would stay the same.
      const waiting = await until(8000, () =>
        asSuperuser(async (other) => {
          const { rows } = await other.query<{ name: string }>(
            `select application_name as name from pg_stat_activity
             where wait_event_type = 'Lock' and datname = current_database()`,
          )
          return rows[0]?.name
        }),
      )
      await client.query('rollback')
      expect(waiting).toBe(`fluence req:${id}`.slice(0, 63))
      expect(await answer).toMatchObject({ status: 200 })
      expect((await answer).headers.get('x-request-id')).toBe(id)
    })
  }
})
