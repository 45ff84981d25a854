import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { HttpRefusal, refusals } from '../../src/server/http/errors.ts'
import { ask, send, startApp } from '../harness/http.ts'
import { byHand } from '../harness/routes.ts'

const told = (code: keyof typeof refusals) => ({
  error: {
    code,
    message: refusals[code][1],
    reference: expect.stringMatching(/^[0-9a-f]{16}$/),
  },
})

const secret = 'anna.canary@example.com'

const echo = byHand('/things/{id}', (request, response) => response.json(request.body), {
  method: 'post',
  body: { schema: {}, maxBytes: 1000 },
})
const json = { 'content-type': 'application/json' }

describe('a request that is refused gets a code, a sentence and a reference', () => {
  const cases = [
    ['an unknown address', 'GET', '/nowhere', {}, undefined, 'not_found'],
    ['the root', 'GET', '/', {}, undefined, 'not_found'],
    ['an unknown method', 'DELETE', '/things/1', {}, undefined, 'method_not_allowed'],
    ['a written probe', 'POST', '/healthz', {}, undefined, 'method_not_allowed'],
    ['TRACE', 'TRACE', '/healthz', {}, undefined, 'method_not_allowed'],
    ['an address that cannot be decoded', 'POST', '/things/%ff', json, '{}', 'malformed_request'],
    ['half of a JSON', 'POST', '/things/1', json, `{"mail":"${secret}`, 'malformed_json'],
    ['no JSON', 'POST', '/things/1', json, secret, 'malformed_json'],
    ['a bare value', 'POST', '/things/1', json, 'true', 'malformed_json'],
    [
      'a form',
      'POST',
      '/things/1',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'a=b',
      'unsupported_media_type',
    ],
    [
      'an odd charset',
      'POST',
      '/things/1',
      { 'content-type': 'application/json; charset=x-mac' },
      '{}',
      'unsupported_media_type',
    ],
    [
      'an odd encoding',
      'POST',
      '/things/1',
      { ...json, 'content-encoding': 'x' },
      '{}',
      'unsupported_media_type',
    ],
    [
      'a body that is no gzip',
      'POST',
      '/things/1',
      { ...json, 'content-encoding': 'gzip' },
      '{}',
      'malformed_request',
    ],
    ['a large body', 'POST', '/things/1', json, JSON.stringify('x'.repeat(2000)), 'body_too_large'],
  ] as const
  for (const [name, method, path, headers, body, code] of cases) {
    test(name, async () => {
      const { url, lines } = await startApp({ routes: [echo] })
      const answer = await ask(url, { method, path, headers, body })
      expect(answer.status).toBe(refusals[code][0])
      if (method !== 'TRACE') expect(answer.json).toEqual(told(code))
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
      expect(answer.text).not.toContain(secret)
      const line = lines.find(({ msg }) => msg === 'Request.')
      expect(line).toMatchObject({ code, requestId: answer.headers['x-request-id'] })
      expect(answer.text).toContain(String(line?.['reference']))
      expect(JSON.stringify(lines)).not.toContain(secret)
    })
  }

  test('a large body without a length', async () => {
    const { port } = await startApp({ routes: [echo] })
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`
    const head =
      'POST /things/1 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
      'transfer-encoding: chunked\r\nconnection: close\r\n\r\n'
    expect(await send(port, `${head}${chunk.repeat(3)}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /)
  })
})

test('a wrong method is told the right ones, as is who asks for them', async () => {
  const { url } = await startApp({ routes: [echo] })
  expect((await ask(`${url}/healthz`, { method: 'PUT' })).headers.allow).toBe('GET, HEAD')
  const asked = await ask(`${url}/things/1`, { method: 'OPTIONS' })
  expect(asked).toMatchObject({ status: 204, headers: { allow: 'POST' } })
})

test('HEAD answers as GET does, without the body', async () => {
  const { url } = await startApp()
  const [head, get] = [await ask(`${url}/healthz`, { method: 'HEAD' }), await ask(`${url}/healthz`)]
  expect(head).toMatchObject({ status: 200, text: '' })
  expect(head.headers['content-length']).toBe(get.headers['content-length'])
  expect(await ask(`${url}/nowhere`, { method: 'HEAD' })).toMatchObject({ status: 404, text: '' })
})

describe('an error on our side', () => {
  const database = Object.assign(new Error(`duplicate key: (mail)=(${secret})`), {
    code: '23505',
    detail: `Key (mail)=(${secret}) already exists.`,
    where: `SQL statement "select '${secret}'"`,
    constraint: 'users_mail_key',
    routine: '_bt_check_unique',
  })
  const away = Object.assign(new Error(`terminating, ${secret}`), { code: '57P01' })
  const hostile = new Error(`x\n    at canary (file:///canary.ts:1:1)\n    at ${secret}:1:1`)

  const answerTo = async (error: unknown) => {
    const failing = byHand('/fails', async () => {
      throw error
    })
    const { url, lines } = await startApp({ routes: [failing] })
    const answer = await ask(`${url}/fails`, { headers: { 'x-request-id': 'mine-1' } })
    expect(answer.text + JSON.stringify(lines)).not.toContain(secret)
    expect(answer.text).not.toMatch(/select|\bat\b.*:\d+/)
    return { answer, line: lines.find(({ level }) => level === 'error') }
  }

  test('tells nothing, and the log has what it was under the reference', async () => {
    const { answer, line } = await answerTo(database)
    expect(answer).toMatchObject({ status: 500, json: told('internal_error') })
    expect(answer.text).toContain(String(line?.['reference']))
    expect(line).toMatchObject({
      requestId: 'mine-1',
      error: { code: '23505', constraint: 'users_mail_key', routine: '_bt_check_unique' },
    })
  })

  test('a message that looks like a stack stays out of the log', async () => {
    const { line } = await answerTo(hostile)
    expect(JSON.stringify(line)).toMatch(/refusals\.test\.ts:\d+/)
    expect(JSON.stringify(line)).not.toContain('canary')
  })

  test('a cause is told in the same way, and so is what is no error at all', async () => {
    const { line } = await answerTo(new Error(secret, { cause: database }))
    expect(line).toMatchObject({ error: { cause: { code: '23505' } } })
    expect((await answerTo(secret)).line).toMatchObject({ error: { type: 'string' } })
    expect((await answerTo({ name: secret, code: secret })).line).toMatchObject({
      code: 'internal_error',
    })
  })

  test('a database that is away is no defect: try again', async () => {
    for (const error of [away, new Error('timeout exceeded when trying to connect')]) {
      const { answer } = await answerTo(error)
      expect(answer).toMatchObject({ status: 503, json: told('unavailable') })
      expect(answer.headers['retry-after']).toBe('5')
    }
  })

  test('in the middle of an answer cuts it off', async () => {
    const half = byHand('/half', (_request, response) => {
      response.write('half')
      throw new HttpRefusal('not_found')
    })
    const { url, lines } = await startApp({ routes: [half] })
    await expect(ask(`${url}/half`)).rejects.toThrow(/aborted|hang up/)
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'Request.', aborted: true }))
  })
})

describe('what is no HTTP, or takes for ever', () => {
  test('is told so, and cut off', async () => {
    const { port, lines } = await startApp()
    const cases = [
      ['nonsense', 'what is this\r\n\r\n', 400, 'malformed_request'],
      ['NUL bytes', 'GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'malformed_request'],
      [
        'two lengths',
        'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
        400,
        'malformed_request',
      ],
      [
        'a length and chunks',
        'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
        400,
        'malformed_request',
      ],
      [
        'large headers',
        `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
        431,
        'headers_too_large',
      ],
    ] as const
    for (const [name, bytes, status, code] of cases) {
      const answer = await send(port, bytes)
      expect(`${name}: ${answer}`).toMatch(new RegExp(`^${name}: HTTP/1.1 ${status} `))
      const [, body = ''] = answer.split('\r\n\r\n')
      expect(JSON.parse(body)).toEqual(told(code))
      const { reference } = JSON.parse(body).error
      expect(lines).toContainEqual(expect.objectContaining({ code, reference }))
    }
  })

  test('headers that never end, and a body that never comes', async () => {
    const { port } = await startApp({
      routes: [echo],
      patience: { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50 },
    })
    const starts = ['', 'GET / HT', 'GET / HTTP/1.1\r\nhost: x\r\n']
    for (const bytes of starts) expect(await send(port, bytes)).toMatch(/^HTTP\/1\.1 408 /)
    const body = 'POST /things/1 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
    expect(await send(port, `${body}content-length: 10\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('a caller who hangs up leaves the server well', async () => {
    let began = () => {}
    const beginning = new Promise<void>((resolve) => {
      began = resolve
    })
    const slow = byHand('/slow', () => began())
    const { port, url, lines } = await startApp({ routes: [slow] })
    const socket = net.connect(port, '127.0.0.1')
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n')
    await beginning
    socket.destroy()
    await once(socket, 'close')
    expect(await ask(`${url}/healthz`)).toMatchObject({ status: 200 })
    await expect
      .poll(() => lines)
      .toContainEqual(expect.objectContaining({ operation: 'test /slow', aborted: true }))
  })
})
