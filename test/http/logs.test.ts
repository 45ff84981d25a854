import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { makeLog, traceOf } from '../../src/server/log.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { ask, type Line, send, upgrade } from '../harness/http.ts'
import {
  freePort,
  type Program,
  query,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'
import { signIn as newSession } from '../harness/sign-in.ts'

const mail = 'anna.canary@example.com'
const phone = '+4917612345678'
const token = 'canary-token-5f1e2d'
const all = `${mail} ${phone} ${token}`
const canaries = [
  mail,
  phone,
  token,
  'canary',
  encodeURIComponent(mail),
  '17612345678',
  '203.0.113.77',
]

const linesOf = (program: Program) =>
  program.stdout
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))

/** A brand with a session of its product manager; the session's handle. */
async function signIn(data: string): Promise<string> {
  return withClient(superuserUrl(data), async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select o.id
       from app_private.create_organization('brand', 'acme', 'Acme', 'Europe/Berlin', 'EUR') as o`,
    )
    return newSession(client, rows[0]?.id ?? '', 'product_manager')
  })
}

const create = `mutation Create($product: ProductInput!) {
  createProduct(input: { product: $product }) { product { title } }
}`

test('what people send is in no log and no metric, whatever goes wrong with it', async () => {
  const data = path.join(temporaryFolder(), 'data')
  const port = await freePort()
  const program = start({
    env: { FLUENCE_DATA_DIR: data, PORT: port, FLUENCE_DEMO: 'off', FLUENCE_LOG_LEVEL: 'debug' },
  })
  const url = await program.ready()
  const handle = await signIn(data)

  const headers = {
    authorization: `Bearer ${token}`,
    cookie: `session=${token}`,
    'user-agent': mail,
    referer: `https://shop.example/?mail=${mail}`,
    'x-request-id': `bad id ${mail}`,
    'x-forwarded-for': '203.0.113.77',
    'x-note': phone,
  }
  const there = `?mail=${encodeURIComponent(mail)}&token=${token}`
  for (const at of [
    '/healthz',
    '/readyz',
    '/metrics',
    '/nowhere',
    `/${mail}`,
    '/graphql',
    '/%ff',
  ]) {
    await ask(url, { path: at + there, headers })
    await ask(url, { path: at + there, method: 'POST', headers, body: all })
  }
  const json = { 'content-type': 'application/json' }
  const post = (body: string, more = {}) =>
    ask(`${url}/graphql${there}`, { method: 'POST', headers: { ...json, ...more }, body })
  const gql = (text: string, variables?: object, more = {}) =>
    post(JSON.stringify({ query: text, variables, operationName: undefined }), more)
  const signedIn = { authorization: `Bearer ${handle}` }

  await post(`{"query":"${mail}`)
  await post(all)
  await post(JSON.stringify({ query: '{ __typename }', operationName: mail }))
  await post(JSON.stringify({ query: `query ${token.replaceAll('-', '_')} { __typename }` }))
  await post(JSON.stringify({ query: '{ __typename }', extensions: { note: mail } }), headers)
  await gql(`{ ${'canary'} }`)
  await gql(`{ currency(code: "${mail}") { name } }`)
  await gql(`{ currency(code: ${token.replaceAll('-', '_')}) { name } }`)
  await gql('query ($n: Int) { currencies(first: $n) { nodes { code } } }', { n: mail })
  await gql(
    `{ currencies(filter: { code: { likeInsensitive: "${mail}\\\\" } }) { nodes { code } } }`,
  )
  const product = { title: mail, category: phone, productPrice: '1.00', currency: 'EUR' }
  const created = await gql(create, { product }, signedIn)
  expect(created).toMatchObject({ status: 200, json: { data: { createProduct: {} } } })
  for (const wrong of [
    { currency: mail },
    { currency: 'XYZ' },
    { productPrice: '-1' },
    { productPrice: mail },
    { productPrice: `${'9'.repeat(200_000)}` },
    { title: `${mail}\u0000` },
    { title: `${mail} ${'x'.repeat(5000)}` },
    { title: null },
    { stockQuantity: -1 },
    { [mail]: 1 },
  ]) {
    await gql(create, { product: { ...product, ...wrong } }, signedIn)
  }
  const handshake = { ...upgrade, origin: `https://${mail}`, 'sec-websocket-protocol': token }
  await ask(`${url}/graphql${there}`, { headers: { ...handshake, ...headers } })
  await send(Number(port), `GET /?${all} HTTP/9.9\r\n${all}\r\n\r\n`)
  await send(Number(port), `${all}\r\n\r\n`)

  const socket = new WebSocket(
    `${url.replace('http', 'ws')}/graphql${there}`,
    'graphql-transport-ws',
  )
  const heard = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve())
    socket.addEventListener('message', ({ data: message }) => {
      const { type } = JSON.parse(String(message)) as { type: string }
      if (type !== 'connection_ack') return socket.close()
      const payload = {
        query: `{ currency(code: 1, note: "${mail}") { name } }`,
        variables: { mail },
      }
      return socket.send(JSON.stringify({ id: token, type: 'subscribe', payload }))
    })
  })
  socket.addEventListener('open', () => {
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: all } }))
  })
  await heard

  // The database goes away in the middle of a request that holds them.
  const blocker = new pg.Client({ connectionString: superuserUrl(data) })
  await blocker.connect()
  await blocker.query('begin; lock table app_public.products in access exclusive mode')
  const holding = gql(create, { product: { ...product, title: `late ${mail}` } }, signedIn)
  const waiting = await until(20_000, async () => {
    const [row] = await query<{ name: string }>(
      superuserUrl(data),
      `select application_name as name from pg_stat_activity
       where wait_event_type = 'Lock' and usename = 'fluence_authenticator'`,
    )
    return row
  })
  await blocker.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where usename = 'fluence_authenticator'`,
  )
  await blocker.end()
  const cut = await holding
  expect(cut.status).toBe(503)

  // One id from the header of the answer to the name of the transaction.
  const id = cut.headers['x-request-id']
  expect(waiting?.name).toBe(`fluence req:${id}`)
  expect(linesOf(program).filter(({ requestId }) => requestId === id).length).toBeGreaterThan(0)

  const figures = (await ask(`${url}/metrics`)).text
  expect(figures).toMatch(
    /^fluence_request_duration_seconds_count\{operation="graphql mutation createProduct"/m,
  )
  program.signal('SIGTERM')
  expect(await program.end()).toBe(0)
  const requests = linesOf(program).filter(({ msg }) => msg === 'Request.')
  expect(requests.length).toBeGreaterThan(30)
  const logs = fs
    .readdirSync(path.join(data, 'log'))
    .map((name) => fs.readFileSync(path.join(data, 'log', name), 'utf8'))
  const written = [program.stdout, program.stderr, figures, ...logs].join('\n').split('\n')
  expect(written.length).toBeGreaterThan(requests.length)
  const found = canaries.flatMap((canary) => written.filter((line) => line.includes(canary)))
  expect(found).toEqual([])
})

describe('the log', () => {
  const collect = async (options = {}) => {
    const lines: string[] = []
    const log = await makeLog({ stream: { write: (text) => lines.push(text) }, ...options })
    return { log, lines }
  }

  test('is JSON, with level, time and process, from its level on', async () => {
    const { log, lines } = await collect({ level: 'warn' })
    log.info('Not told.')
    log.warn('Told.', { status: 404 })
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        pid: process.pid,
        status: 404,
        msg: 'Told.',
      },
    ])
  })

  test('is for people at a terminal', async () => {
    const { log, lines } = await collect({ pretty: true })
    log.info('Told.', { status: 404 })
    expect(lines.join('')).toMatch(/\d\d:\d\d:\d\d.*INFO.*Told\..*404/s)
    expect(lines.join('')).not.toMatch(/^\{/)
  })

  test('has no field for what it does not know', async () => {
    const { log, lines } = await collect()
    const job = { status: 200, payload: mail, headers: { authorization: token } }
    log.info('Told.', { ...job })
    expect(lines.join('')).toContain('"status":200')
    expect(lines.join('')).not.toContain('canary')
  })

  test('tells of an error what it is and where, never what it says', () => {
    const error = Object.assign(new TypeError(all), { code: 'ERR_X', detail: mail, hint: phone })
    const trace = traceOf(new Error(all, { cause: error }))
    expect(trace).toMatchObject({
      type: 'Error',
      stack: expect.arrayContaining([expect.stringContaining('logs.test.ts')]),
      cause: { type: 'TypeError', code: 'ERR_X' },
    })
    expect(JSON.stringify(trace)).not.toContain('canary')
  })
})
