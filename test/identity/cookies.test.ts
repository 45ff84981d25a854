import { describe, expect, test } from 'vitest'
import { believesCookies, makeCookies } from '../../src/server/identity/cookies.ts'

const secure = makeCookies({ secure: true, refreshPath: '/auth/refresh' })
const plain = makeCookies({ secure: false, refreshPath: '/auth/refresh' })

describe('a cookie', () => {
  test('over HTTPS is bound to this host, and out of reach of scripts', () => {
    expect(secure.set('access', 'a.b-c_d', 600)).toBe(
      '__Host-fluence_access=a.b-c_d; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure',
    )
  })

  test('with the refresh token goes to one path, and never with a link from elsewhere', () => {
    expect(secure.set('refresh', 'flr_x', 600)).toBe(
      '__Secure-fluence_refresh=flr_x; Max-Age=600; Path=/auth/refresh; HttpOnly; SameSite=Strict; Secure',
    )
    const wide = makeCookies({ secure: true, refreshPath: '/' })
    expect(wide.set('refresh', 'flr_x', 1)).toMatch(/^__Host-fluence_refresh=flr_x; .*Path=\/;/)
  })

  test('in the clear has a name that browsers take there', () => {
    expect(plain.set('access', 'abc', 600.9)).toBe(
      'fluence_access=abc; Max-Age=600; Path=/; HttpOnly; SameSite=Lax',
    )
  })

  test('is cleared where it was set', () => {
    expect(secure.clear('refresh')).toBe(
      '__Secure-fluence_refresh=; Max-Age=0; Path=/auth/refresh; HttpOnly; SameSite=Strict; Secure',
    )
  })

  test.each(['', 'a;b', 'a b', 'a\r\nSet-Cookie: x=y', 'ü'])('is not made of %j', (value) => {
    expect(() => secure.set('access', value, 600)).toThrow(TypeError)
  })

  test('is read back', () => {
    const header = 'theme=dark; __Host-fluence_access=a.b-c ; __Secure-fluence_refresh=flr_x'
    expect(secure.read(header, 'access')).toBe('a.b-c')
    expect(secure.read(header, 'refresh')).toBe('flr_x')
    expect(plain.read('fluence_access=abc', 'access')).toBe('abc')
  })

  test.each([
    undefined,
    '',
    ';;=;',
    'theme=dark',
    'fluence_access=abc',
    '__host-fluence_access=abc',
    'x__Host-fluence_access=abc',
    '__Host-fluence_access=',
    '__Host-fluence_access=a=b',
    '__Host-fluence_access="abc"',
    '__Host-fluence_access=abc; __Host-fluence_access=def',
  ])('is not found in %j', (header) => {
    expect(secure.read(header, 'access')).toBeUndefined()
  })
})

describe('cookies are believed', () => {
  const believed = (method: string, origin: 'none' | 'own' | 'listed' | 'foreign') =>
    ['same-origin', 'same-site', 'cross-site', 'none', undefined].filter((fetchSite) =>
      believesCookies({ method, origin, fetchSite }),
    )
  const any = ['same-origin', 'same-site', 'cross-site', 'none', undefined]

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])(
    'of our pages and listed ones, never of others: %s',
    (method) => {
      expect(believed(method, 'own')).toEqual(any)
      expect(believed(method, 'listed')).toEqual(any)
      expect(believed(method, 'foreign')).toEqual([])
    },
  )

  test('where no page is named, only to read, from our own or by hand', () => {
    expect(believed('GET', 'none')).toEqual(['same-origin', 'none'])
    expect(believed('HEAD', 'none')).toEqual(['same-origin', 'none'])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(believed(method, 'none')).toEqual([])
    }
  })

  test('for a WebSocket only with an origin', () => {
    const upgrade = { method: 'GET', fetchSite: 'same-origin', isUpgrade: true }
    expect(believesCookies({ ...upgrade, origin: 'none' })).toBe(false)
    expect(believesCookies({ ...upgrade, origin: 'own' })).toBe(true)
  })
})
