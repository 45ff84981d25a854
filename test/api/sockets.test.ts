import { describe, expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { withClient } from '../../src/server/postgres/connect.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { type Api, test } from '../harness/api.ts'
import { openLine } from '../harness/socket.ts'

interface Raw {
  readonly messages: { type: string; payload?: unknown }[]
  readonly end: { code?: number; reason?: string; status?: number }
  send(message: unknown): void
}

/** A socket that speaks as it likes. */
async function open(
  api: Api,
  { path = '/graphql', protocols = ['graphql-transport-ws'] } = {},
): Promise<Raw> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}${path}`, protocols)
  onTestFinished(() => socket.terminate())
  const raw: Raw = {
    messages: [],
    end: {},
    send: (message) =>
      socket.send(
        typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
      ),
  }
  socket.on('message', (data: Buffer) => raw.messages.push(JSON.parse(data.toString()) as never))
  socket.on('close', (code, reason) => Object.assign(raw.end, { code, reason: reason.toString() }))
  socket.on('unexpected-response', (_request, response) => {
    raw.end.status = response.statusCode
    socket.terminate()
  })
  socket.on('error', () => {})
  await until(10_000, () => socket.readyState !== WebSocket.CONNECTING)
  return raw
}

const init = { type: 'connection_init', payload: {} }
const ask = (query: string, id = '1') => ({ id, type: 'subscribe', payload: { query } })

const codeOfEnd = async (raw: Raw) => {
  await until(20_000, () => raw.end.code !== undefined || raw.end.status !== undefined)
  return raw.end.status ?? raw.end.code
}

const codes = ({ messages }: Raw) =>
  messages
    .filter(({ type }) => type === 'error')
    .flatMap(({ payload }) => payload as { extensions: { code: string } }[])
    .map(({ extensions }) => extensions.code)

describe('a socket', () => {
  test('answers queries and changes as well', async ({ api }) => {
    const line = openLine(api.url, await api.signIn('acme', 'product_manager'))
    const query = line.ask('{ currency(code: "TRY") { name } }')
    expect(await query.has(1)).toEqual([{ data: { currency: { name: 'Turkish Lira' } } }])
    const change = line.ask(`mutation {
      createProduct(input: { product: {
        title: "Hat", category: "Hats", productPrice: "1.00", currency: "EUR"
      } }) { product { title } }
    }`)
    expect(await change.has(1)).toEqual([
      { data: { createProduct: { product: { title: 'Hat' } } } },
    ])
  })

  test('acts for nobody without a session', async ({ api }) => {
    await api.signIn('acme', 'analyst')
    const line = openLine(api.url)
    expect(await line.ask('{ products { totalCount } }').has(1)).toMatchObject([
      { errors: [{ extensions: { code: 'FL916' } }] },
    ])
  })

  test('bears the id of its request into the database', async ({ api }) => {
    const handle = await api.signIn('acme', 'analyst')
    const line = openLine(api.url, handle, { 'x-request-id': 'the-socket-of-a-test' })
    await withClient(api.database.superuserUrl, async (client) => {
      await client.query('begin; lock table app_public.products in access exclusive mode')
      const waiting = line.ask('{ products { totalCount } }')
      // Asked anew each time: within a transaction the answer would stay the same.
      const names = await until(20_000, () =>
        withClient(api.database.superuserUrl, async (other) => {
          const { rows } = await other.query<{ name: string }>(
            `select distinct a.application_name as name from pg_stat_activity as a
             where a.datname = current_database() and a.wait_event_type = 'Lock'`,
          )
          return rows.length > 0 && rows.map(({ name }) => name)
        }),
      )
      await client.query('rollback')
      expect(names).toEqual(['fluence req:the-socket-of-a-test'])
      expect(await waiting.has(1)).toMatchObject([{ data: { products: {} } }])
    })
  })

  test('is of the one path and the one protocol', async ({ api }) => {
    expect(await codeOfEnd(await open(api, { path: '/elsewhere' }))).toBe(404)
    expect(await codeOfEnd(await open(api, { protocols: [] }))).toBe(4406)
  })

  const endings: [string, readonly unknown[], number][] = [
    ['no JSON', ['{"type":'], 4400],
    ['something else than a message', [init, { type: 'drop_tables' }], 4400],
    ['no object', ['null'], 4400],
    ['an operation before the first message', [ask('{ __typename }')], 4401],
    ['the first message twice', [init, init], 4429],
    [
      'an id twice',
      [init, ask('subscription { productChanged { position } }'), ask('{ a }')],
      4409,
    ],
    ['a megabyte', [init, ask(`{ ${'a '.repeat(500_000)} }`)], 1009],
    ['bytes that are no text', [Buffer.from([0xff, 0xfe, 0x00])], 4400],
    [
      'a text that is not sent as one',
      [init, Buffer.from(JSON.stringify(ask('{ __typename }')))],
      4400,
    ],
    ['a session that is none', [{ ...init, payload: { authorization: 'Bearer x' } }], 4401],
    ['an authorization that is none', [{ ...init, payload: { authorization: 'Basic x' } }], 4401],
  ]
  for (const [what, messages, code] of endings) {
    test(`that sends ${what} is closed, and nothing is quoted`, async ({ api }) => {
      const raw = await open(api)
      for (const message of messages) {
        raw.send(message)
        if (message === init) await until(10_000, () => raw.messages.length > 0)
      }
      expect(await codeOfEnd(raw)).toBe(code)
      expect(raw.end.reason).not.toMatch(/JSON|tables|stack|\{/)
    })
  }

  const refusals: [string, unknown, string][] = [
    ['an unknown field', '{ nonsense }', 'FL901'],
    ['no text', 5, 'FL901'],
    [
      'aliases without end',
      `{ ${'a: __typename '.repeat(51)} }`.replaceAll(
        /a:/g,
        () => `b${Math.random().toString(36).slice(2)}:`,
      ),
      'FL902',
    ],
    ['words without end', `{ ${'__typename '.repeat(6000)} }`, 'FL902'],
    ['depth without end', `{ currency(code: "EUR") ${'{ products { nodes '.repeat(30)} `, 'FL901'],
  ]
  for (const [what, query, code] of refusals) {
    test(`that asks for ${what} is told so, and stays open`, async ({ api }) => {
      const raw = await open(api)
      raw.send(init)
      await until(10_000, () => raw.messages.length > 0)
      raw.send({ id: '1', type: 'subscribe', payload: { query } })
      await until(10_000, () => raw.messages.length > 1 || raw.end.code !== undefined)
      if (typeof query === 'string') expect(codes(raw)).toEqual([code])
      else expect(raw.end.code).toBe(4400)
    })
  }

  test('tells nobody of the schema in production', async ({ productionApi }) => {
    const raw = await open(productionApi)
    raw.send(init)
    await until(10_000, () => raw.messages.length > 0)
    raw.send(ask('{ __schema { types { name } } }'))
    raw.send(ask('{ currencie { nodes { code } } }', '2'))
    await until(10_000, () => codes(raw).length === 2)
    expect(codes(raw)).toEqual(['FL901', 'FL901'])
    expect(JSON.stringify(raw.messages)).not.toMatch(/Did you mean|currencies/)
  })
})
