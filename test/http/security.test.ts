import { describe, expect, test } from 'vitest'
import { isSecure } from '../../src/server/http/request.ts'
import { selfSigned } from '../../src/server/postgres/self-signed.ts'
import { ask, startApp, upgrade } from '../harness/http.ts'
import { byHand } from '../harness/routes.ts'

const refused = (code: string) => ({
  error: { code, message: expect.any(String), reference: expect.stringMatching(/^[0-9a-f]{16}$/) },
})

const credentials = { ...selfSigned(['127.0.0.1']), ends: new Date(Date.now() + 86_400_000) }
const secureRoute = byHand('/secure', (request, response) =>
  response.json({ secure: isSecure(request), address: request.ip }),
)

describe('headers', () => {
  test('of every answer leave a browser nothing to load, frame, sniff or keep', async () => {
    const { url } = await startApp()
    for (const path of ['/healthz', '/openapi.json', '/nowhere']) {
      const { headers } = await ask(url + path)
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      expect(headers).not.toHaveProperty('x-powered-by')
      expect(headers).not.toHaveProperty('strict-transport-security')
    }
  })

  test('of GraphiQL allow its own scripts, and nobody else', async () => {
    const { url } = await startApp()
    for (const path of ['/graphiql', '/ruru-static/jsonWorker.js']) {
      const policy = String((await ask(url + path)).headers['content-security-policy'])
      expect(policy).toContain("script-src 'self' 'unsafe-inline'")
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval/)
    }
  })
})

describe('HTTPS', () => {
  test('with a certificate of ours: secure, with HSTS, and nothing older than TLS 1.2', async () => {
    const { url } = await startApp({ credentials, routes: [secureRoute], production: true })
    const trusting = { ca: credentials.cert }
    const { json, headers } = await ask(`${url}/secure`, trusting)
    expect(json).toMatchObject({ secure: true })
    expect(headers['strict-transport-security']).toBe('max-age=31536000')
    await expect(
      ask(url, { ...trusting, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_SSL|EPROTO|ECONNRESET/) })
    await expect(ask(url.replace('https', 'http'))).rejects.toThrow(/hang up|reset|EPROTO|Parse/)
  })

  test('is believed from a listed proxy only', async () => {
    const said = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.7' }
    const behind = await startApp({ trustedProxies: ['127.0.0.0/8'], routes: [secureRoute] })
    const told = await ask(`${behind.url}/secure`, { headers: said })
    expect(told.json).toEqual({ secure: true, address: '198.51.100.7' })
    expect(told.headers).toHaveProperty('strict-transport-security')

    const alone = await startApp({ trustedProxies: ['10.0.0.0/8'], routes: [secureRoute] })
    const lied = await ask(`${alone.url}/secure`, { headers: said })
    expect(lied.json).toEqual({ secure: false, address: '127.0.0.1' })
    expect(lied.headers).not.toHaveProperty('strict-transport-security')
  })

  test('is demanded in production, except on the machine itself and of probes', async () => {
    const proxied = { 'x-forwarded-for': '198.51.100.7' }
    const { url } = await startApp({ production: true, routes: [secureRoute] })
    expect(await ask(`${url}/secure`)).toMatchObject({ status: 200 })
    for (const method of ['GET', 'POST']) {
      const answer = await ask(`${url}/secure`, { method, headers: proxied })
      expect(answer).toMatchObject({ status: 403, json: refused('https_required') })
    }
    expect(await ask(`${url}/healthz`, { headers: proxied })).toMatchObject({ status: 200 })
    expect(await ask(`${url}/readyz`, { headers: proxied })).toMatchObject({ status: 200 })
    const socket = await ask(`${url}/graphql`, { headers: { ...proxied, ...upgrade } })
    expect(socket).toMatchObject({ status: 403, json: refused('https_required') })
  })

  test('readers are sent to the public address, never to the host they name; writers are not', async () => {
    const { url, port } = await startApp({
      production: true,
      publicUrl: 'https://fluence.example',
    })
    const headers = { 'x-forwarded-proto': 'http', host: 'evil.example' }
    const sent = await ask(`${url}/secure?a=b`, { headers })
    expect(sent.status).toBe(308)
    expect(sent.headers.location).toBe('https://fluence.example/secure?a=b')
    const doubled = await ask(`${url}//evil.example/x`, { headers })
    expect(new URL(String(doubled.headers.location)).host).toBe('fluence.example')
    const whole = await ask(url, { port, path: 'http://evil.example/', headers })
    expect(whole.status).toBe(403)
    expect(await ask(`${url}/secure`, { method: 'POST', headers })).toMatchObject({ status: 403 })
  })

  test('is not demanded in development', async () => {
    const { url } = await startApp({ routes: [secureRoute] })
    const answer = await ask(`${url}/secure`, { headers: { 'x-forwarded-for': '198.51.100.7' } })
    expect(answer).toMatchObject({ status: 200, json: { secure: false } })
  })
})
