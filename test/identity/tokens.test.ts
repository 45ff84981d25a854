import crypto from 'node:crypto'
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { makeAccessTokens } from '../../src/server/identity/tokens.ts'

const options = { secret: 'a secret of this house', issuer: 'fluence', audience: 'fluence-api' }
const { issue, read } = makeAccessTokens(options)
const now = new Date('2026-03-01T12:00:00Z')
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)
const invalid = { fault: 'invalid' }
const expired = { fault: 'expired' }

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))

describe('an access token', () => {
  test('carries the handle of a session and nothing else of anybody', async () => {
    const token = await issue('fls_abc', now)
    expect(await read(token, now)).toEqual({ handle: 'fls_abc' })
    const [header, payload] = token.split('.')
    const seconds = now.getTime() / 1000
    expect(decode(header)).toEqual({ alg: 'HS256', typ: 'at+jwt' })
    expect(decode(payload)).toEqual({
      sid: 'fls_abc',
      iss: 'fluence',
      aud: 'fluence-api',
      iat: seconds,
      exp: seconds + 600,
      jti: expect.stringMatching(/^[\da-f-]{36}$/),
    })
  })

  test('is another each time', async () => {
    expect(await issue('fls_abc', now)).not.toBe(await issue('fls_abc', now))
  })

  test('holds for ten minutes, with a little for clocks that differ', async () => {
    const token = await issue('fls_abc', now)
    const read600 = await Promise.all([599, 604].map((seconds) => read(token, later(seconds))))
    expect(read600).toEqual([{ handle: 'fls_abc' }, { handle: 'fls_abc' }])
    expect(await read(token, later(606))).toEqual(expired)
    expect(await read(token, later(1e6))).toEqual(expired)
  })

  test('is not valid before its time', async () => {
    const token = await issue('fls_abc', later(60))
    expect(await read(token, now)).toEqual(invalid)
    expect(await read(token, later(56))).toEqual({ handle: 'fls_abc' })
  })

  test.each([
    ['secret', { ...options, secret: 'another' }],
    ['issuer', { ...options, issuer: 'elsewhere' }],
    ['audience', { ...options, audience: 'elsewhere' }],
  ])('of another %s is refused', async (_what, other) => {
    const foreign = await makeAccessTokens(other).issue('fls_abc', now)
    expect(await read(foreign, now)).toEqual(invalid)
  })

  test('is refused with any one letter changed', async () => {
    const token = await issue('fls_abc', now)
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const changed = [...token].flatMap((letter, place) => {
      const flips =
        letter === '.'
          ? ['A']
          : [1, 2, 4, 8, 16, 32].map((bit) => letters[letters.indexOf(letter) ^ bit] ?? '')
      return flips.map((other) => token.slice(0, place) + other + token.slice(place + 1))
    })
    const taken: string[] = []
    for (const one of changed) if (!('fault' in (await read(one, now)))) taken.push(one)
    expect(changed.length).toBeGreaterThan(1000)
    expect(taken).toEqual([])
  })

  test('is refused when it is cut or something is added', async () => {
    const token = await issue('fls_abc', now)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const others = [
      '',
      '.',
      '..',
      'undefined',
      token.slice(0, -1),
      token.slice(1),
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `.${payload}.${signature}`,
      `${token}.`,
      `${token}.${signature}`,
      `${token}=`,
      `${token}\n`,
      ` ${token}`,
      `${header}.${payload}.${signature}${'A'.repeat(4000)}`,
    ]
    for (const other of others) expect([other, await read(other, now)]).toEqual([other, invalid])
  })

  test('is refused when it is over-long, though it is signed rightly', async () => {
    expect(await read(await issue('x'.repeat(2_000), now), now)).toEqual(invalid)
  })
})

describe('a forged token', () => {
  const seconds = now.getTime() / 1000
  const claims = {
    sid: 'fls_abc',
    iss: 'fluence',
    aud: 'fluence-api',
    iat: seconds,
    exp: seconds + 600,
    jti: 'one',
  }
  const key = new Uint8Array(
    crypto.hkdfSync('sha256', options.secret, '', 'fluence access tokens', 32),
  )
  const sign = (payload: JWTPayload, header: Partial<JWTHeaderParameters> = {}) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...header }).sign(key)

  test('can be told: the same one, signed by us, is good', async () => {
    expect(await read(await sign(claims), now)).toEqual({ handle: 'fls_abc' })
  })

  test.each(['none', 'None', 'NONE', '', 'HS384', 'RS256'])(
    'with alg %j is refused',
    async (alg) => {
      const unsigned = `${encode({ alg, typ: 'at+jwt' })}.${encode(claims)}`
      const mac = crypto.createHmac('sha256', key).update(unsigned).digest('base64url')
      for (const signature of ['', mac]) {
        expect(await read(`${unsigned}.${signature}`, now)).toEqual(invalid)
      }
    },
  )

  test.each(['HS384', 'HS512'])('signed by us with %s is refused', async (alg) => {
    const long = new Uint8Array(64)
    long.set(key)
    const token = new SignJWT(claims).setProtectedHeader({ alg, typ: 'at+jwt' })
    expect(await read(await token.sign(long), now)).toEqual(invalid)
  })

  test('signed with a key pair, or with its public key as a secret, is refused', async () => {
    const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
    const signed = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt' })
    expect(await read(await signed.sign(privateKey), now)).toEqual(invalid)
    const pem = publicKey.export({ type: 'spki', format: 'pem' })
    const confused = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    expect(await read(await confused.sign(Buffer.from(pem)), now)).toEqual(invalid)
  })

  test('that brings its own key is refused', async () => {
    const own = crypto.randomBytes(32)
    const jwk = { kty: 'oct', k: own.toString('base64url') }
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', jwk })
    expect(await read(await token.sign(own), now)).toEqual(invalid)
  })

  test.each(Object.keys(claims))('without %s is refused, though it is signed', async (claim) => {
    const { [claim as keyof typeof claims]: _, ...rest } = claims
    expect(await read(await sign(rest), now)).toEqual(invalid)
  })

  test.each([
    ['sid', { ...claims, sid: '' }],
    ['sid', { ...claims, sid: { toString: 'fls_abc' } }],
    ['aud', { ...claims, aud: ['elsewhere'] }],
    ['nbf', { ...claims, nbf: seconds + 60 }],
  ])('with a strange %s is refused, though it is signed', async (_claim, payload) => {
    expect(await read(await sign(payload), now)).toEqual(invalid)
  })

  test('that would live longer ends with ten minutes all the same', async () => {
    const token = await sign({ ...claims, exp: seconds + 1e6 })
    expect(await read(token, later(599))).toEqual({ handle: 'fls_abc' })
    expect(await read(token, later(700))).toEqual(expired)
  })

  test('of another type is refused, though it is signed', async () => {
    expect(await read(await sign(claims, { typ: 'JWT' }), now)).toEqual(invalid)
  })
})
