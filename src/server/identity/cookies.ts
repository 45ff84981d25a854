import type { Origin } from '../http/origins.ts'

export interface CookieOptions {
  /** Whether the browser came over HTTPS. */
  readonly secure: boolean
  /** The one path to which the refresh token is sent. */
  readonly refreshPath: string
}

type CookieName = 'access' | 'refresh'

export interface Cookies {
  /** A line for Set-Cookie. */
  set(name: CookieName, value: string, maxAgeSeconds: number): string
  clear(name: CookieName): string
  /** From the header Cookie; undefined if it is not there, not ours, or there twice. */
  read(header: string | undefined, name: CookieName): string | undefined
}

/** Tokens of ours have no other characters, so nothing needs to be encoded. */
const tokenText = /^[\w.~-]+$/

/**
 * Over HTTPS names begin with __Host-, so that no other host of the domain can plant them; that of
 * the refresh token with __Secure-, since it has a path of its own. Neither can be read by scripts.
 */
export function makeCookies({ secure, refreshPath }: CookieOptions): Cookies {
  const prefix = (path: string) => (!secure ? '' : path === '/' ? '__Host-' : '__Secure-')
  const cookie = (name: CookieName, path: string, sameSite: 'Lax' | 'Strict') => ({
    name: `${prefix(path)}fluence_${name}`,
    attributes: `; Path=${path}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`,
  })
  const cookies = {
    access: cookie('access', '/', 'Lax'),
    refresh: cookie('refresh', refreshPath, 'Strict'),
  }
  const line = (name: CookieName, value: string, maxAge: number) =>
    `${cookies[name].name}=${value}; Max-Age=${maxAge}${cookies[name].attributes}`
  return {
    set(name, value, maxAgeSeconds) {
      if (!tokenText.test(value)) throw new TypeError(`No token for the cookie ${name}.`)
      return line(name, value, Math.max(0, Math.floor(maxAgeSeconds)))
    },
    clear: (name) => line(name, '', 0),
    read(header = '', name) {
      const values = header.split(';').flatMap((pair) => {
        const [key = '', ...rest] = pair.split('=')
        return key.trim() === cookies[name].name ? [rest.join('=').trim()] : []
      })
      // Two of a name: one was planted, and nobody can tell which.
      const [value] = values.length === 1 ? values : []
      return value !== undefined && tokenText.test(value) ? value : undefined
    },
  }
}

export interface CookieRequest {
  readonly method: string
  readonly origin: Origin
  /** The header Sec-Fetch-Site, which no page can make up. */
  readonly fetchSite: string | undefined
  /** The first request of a WebSocket. */
  readonly isUpgrade?: boolean
}

/**
 * Whether cookies say who asks. SameSite alone leaves out other hosts of the same site, so a page
 * has to be ours or listed. Browsers name no origin when a page of ours reads from where it comes;
 * then they must say so, or that a person typed the address. Programs send tokens, not cookies.
 */
export function believesCookies({ method, origin, fetchSite, isUpgrade }: CookieRequest): boolean {
  if (origin !== 'none') return origin === 'own' || origin === 'listed'
  const reads = (method === 'GET' || method === 'HEAD') && isUpgrade !== true
  return reads && (fetchSite === 'same-origin' || fetchSite === 'none')
}
