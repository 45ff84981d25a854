import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../../src/server/postgres/processes.ts'
import { selfSigned } from '../../src/server/postgres/self-signed.ts'
import { ask, type Line } from '../harness/http.ts'
import { expectRefusal, freePort, run, start, temporaryFolder } from '../harness/processes.ts'

test('a start with TLS_CERT and TLS_KEY serves HTTPS, in production with a log of JSON', async () => {
  const dir = temporaryFolder()
  const { cert, key } = selfSigned(['127.0.0.1'])
  fs.writeFileSync(path.join(dir, 'cert.pem'), cert)
  fs.writeFileSync(path.join(dir, 'key.pem'), key)
  const port = await freePort()
  const program = start({
    env: {
      FLUENCE_DATA_DIR: path.join(dir, 'data'),
      PORT: port,
      NODE_ENV: 'production',
      TLS_CERT: path.join(dir, 'cert.pem'),
      TLS_KEY: path.join(dir, 'key.pem'),
      FLUENCE_METRICS_TOKEN: 'token-of-the-metrics',
      FLUENCE_ORIGINS: 'https://shop.example',
    },
  })
  const url = `https://127.0.0.1:${port}`
  await until(60_000, () => program.stdout.includes(`${url}/graphql`) || program.ended)
  const headers = { origin: 'https://shop.example', 'x-request-id': 'from-the-shop.1' }
  const ready = await ask(`${url}/readyz`, { ca: cert, headers })
  expect(ready).toMatchObject({ status: 200, json: { status: 'ready' } })
  expect(ready.headers).toMatchObject({
    'strict-transport-security': 'max-age=31536000',
    'access-control-allow-origin': 'https://shop.example',
    'x-request-id': 'from-the-shop.1',
  })
  const answer = await ask(`${url}/graphql`, {
    ca: cert,
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ currency(code: "TRY") { name } }' }),
  })
  expect(answer.json).toEqual({ data: { currency: { name: 'Turkish Lira' } } })
  expect(await ask(`${url}/metrics`, { ca: cert })).toMatchObject({ status: 401 })
  const authorization = 'Bearer token-of-the-metrics'
  const { text } = await ask(`${url}/metrics`, { ca: cert, headers: { authorization } })
  expect(text).toMatch(/^fluence_database_up 1$/m)
  expect(text).toMatch(/^fluence_tls_certificate_end_timestamp_seconds \d{10}/m)

  program.signal('SIGTERM')
  expect(await program.end()).toBe(0)
  const [, log = ''] = program.stdout.split(/^ {2}Stop .*$/m)
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'Request.', method: 'POST', requestId: 'from-the-shop.1' }),
  )
})

test('a start with a certificate that has ended is refused in one line', async () => {
  const dir = temporaryFolder()
  const yesterday = new Date(Date.now() - 86_400_000)
  const { cert, key } = selfSigned(['127.0.0.1'], { begins: new Date(0), ends: yesterday })
  const env = { FLUENCE_DATA_DIR: path.join(dir, 'data'), PORT: await freePort() }
  expectRefusal(
    await run({ env: { ...env, TLS_CERT: cert, TLS_KEY: key } }),
    /certificate in TLS_CERT ended on \d{4}-\d\d-\d\d\. Renew it\./,
  )
  expect(fs.existsSync(path.join(dir, 'data', 'postgres'))).toBe(false)
})
