import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import type { App } from '../../src/server/app.ts'
import { close } from '../../src/server/http/listen.ts'
import { ask, type RunningApp, startApp, upgrade } from '../harness/http.ts'
import { byHand } from '../harness/routes.ts'

const shop = 'https://shop.example'
const refused = { status: 403, json: { error: { code: 'origin_not_allowed' } } }

const note = byHand('/notes', (_request, response) => response.json({}), { method: 'post' })
const start = () => startApp({ origins: [shop], routes: [note], prepare: listen })

/** Stands for the door of the subscriptions. */
function listen({ server }: App): void {
  server.on('upgrade', (_request, socket) => {
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
  })
}

const allowing = (headers: object) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'))

describe('a page of a listed origin', () => {
  test('may ask, with cookies, and read', async () => {
    const { url } = await start()
    const { headers } = await ask(`${url}/healthz`, { headers: { origin: shop } })
    expect(headers).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    })
    expect(headers['access-control-expose-headers']).toContain('x-request-id')
  })

  test('is told what it may send', async () => {
    const { url } = await start()
    const asked = { origin: shop, 'access-control-request-method': 'POST' }
    const answer = await ask(`${url}/graphql`, { method: 'OPTIONS', headers: asked })
    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringContaining('authorization'),
      vary: 'Origin',
    })
    expect(answer.text).toBe('')
  })

  test('may change things, and open a socket', async () => {
    const { url } = await start()
    const headers = { origin: shop }
    expect(await ask(`${url}/notes`, { method: 'POST', headers })).toMatchObject({ status: 200 })
    const socket = await ask(`${url}/graphql`, { headers: { ...headers, ...upgrade } })
    expect(socket.status).toBe(101)
  })
})

const strangers = [
  'https://evil.example',
  'https://shop.example.evil.example',
  'https://evilshop.example',
  'http://shop.example',
  'https://shop.example:8443',
  'https://SHOP.example/',
  'null',
  '*',
  '',
]

describe('a page of another origin', () => {
  for (const origin of strangers) {
    test(`(${JSON.stringify(origin)}) reads nothing and changes nothing`, async () => {
      const { url } = await start()
      const read = await ask(`${url}/healthz`, { headers: { origin } })
      expect(allowing(read.headers)).toEqual([])
      expect(read.headers.vary).toBe('Origin')
      const preflight = await ask(`${url}/notes`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      expect(preflight).toMatchObject(refused)
      expect(allowing(preflight.headers)).toEqual([])
      const form = { origin, 'content-type': 'text/plain' }
      const sent = await ask(`${url}/notes`, { method: 'POST', headers: form, body: '{}' })
      expect(sent).toMatchObject(refused)
      const socket = await ask(`${url}/graphql`, { headers: { origin, ...upgrade } })
      expect(socket).toMatchObject(refused)
    })
  }
})

describe('our own page, and a program that is none', () => {
  const both = async ({ url }: RunningApp, headers: Record<string, string>) => [
    (await ask(`${url}/notes`, { method: 'POST', headers })).status,
    (await ask(`${url}/graphql`, { headers: { ...headers, ...upgrade } })).status,
  ]

  test('may do everything', async () => {
    const app = await start()
    expect(await both(app, {})).toEqual([200, 101])
    expect(await both(app, { origin: app.url })).toEqual([200, 101])
  })

  test('also behind a listed proxy, which says how we are called there', async () => {
    const app = await startApp({ trustedProxies: ['127.0.0.1'], routes: [note], prepare: listen })
    const outside = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'fluence.example' }
    expect(await both(app, { origin: 'https://fluence.example', ...outside })).toEqual([200, 101])
    expect(await both(app, { origin: 'http://fluence.example', ...outside })).toEqual([403, 403])
    const alone = await startApp({ routes: [note], prepare: listen })
    expect(await both(alone, { origin: 'https://fluence.example', ...outside })).toEqual([403, 403])
  })

  test('also at the public address, where a proxy passes nothing on', async () => {
    const publicUrl = 'https://fluence.example'
    const app = await startApp({ publicUrl, routes: [note], prepare: listen })
    expect(await both(app, { origin: publicUrl })).toEqual([200, 101])
  })
})

test('what opened a socket is told that the server goes away', async () => {
  const { server, port } = await startApp({
    prepare: (app) => app.server.on('upgrade', (_request, socket) => socket.write('opened')),
  })
  const lines = Object.entries(upgrade).map(([name, value]) => `${name}: ${value}\r\n`)
  const socket = net.connect(port, '127.0.0.1')
  socket.write(`GET /graphql HTTP/1.1\r\nhost: x\r\n${lines.join('')}\r\n`)
  const heard: Buffer[] = []
  socket.on('data', (piece) => heard.push(piece))
  await once(socket, 'data')
  const closing = close(server, 60_000)
  await once(socket, 'end')
  socket.end()
  await closing
  expect(Buffer.concat(heard)).toEqual(
    Buffer.concat([Buffer.from('opened'), Buffer.from([0x88, 0x02, 1001 >> 8, 1001 & 255])]),
  )
})
