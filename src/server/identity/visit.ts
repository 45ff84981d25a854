import crypto from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import net from 'node:net'
import { factsOf } from '../http/request.ts'
import type { KeptTokens, Visit } from './accounts.ts'
import { type Cookies, makeCookies } from './cookies.ts'
import { accessTokenSeconds } from './tokens.ts'

/** The one path where tokens are taken. */
const refreshPath = '/graphql'

export const cookiesFor = (request: IncomingMessage): Cookies =>
  makeCookies({ secure: factsOf(request)?.secure === true, refreshPath })

/** Who asks, by what the request tells: Express knows which proxies to believe. */
export function visitOf(
  request: IncomingMessage & { readonly ip?: string },
  response: ServerResponse,
  {
    handle,
    hasCookies,
    secret,
  }: { readonly handle: string; readonly hasCookies: boolean; readonly secret: string },
): Visit {
  const cookies = () => cookiesFor(request)
  return {
    handle,
    // Worked out where somebody signs in, which few requests do.
    get addressKey() {
      return addressKey(request.ip ?? request.socket.remoteAddress ?? '', secret)
    },
    get device() {
      return deviceOf(request.headers['user-agent'])
    },
    get refreshCookie() {
      return hasCookies ? cookies().read(request.headers.cookie, 'refresh') : undefined
    },
    keep(tokens) {
      for (const line of linesFor(cookies(), tokens)) response.appendHeader('set-cookie', line)
    },
  }
}

function linesFor(cookies: Cookies, tokens: KeptTokens | undefined): string[] {
  if (tokens === undefined) return [cookies.clear('access'), cookies.clear('refresh')]
  const { access, refresh, sessionExpiresAt } = tokens
  const seconds = (sessionExpiresAt.getTime() - Date.now()) / 1000
  return [
    cookies.set('access', access, accessTokenSeconds),
    cookies.set('refresh', refresh, seconds),
  ]
}

/**
 * What attempts are counted under. A keyed hash, because an address is personal; of IPv6 the first
 * half, because the other half is the caller's to choose.
 */
export function addressKey(address: string, secret: string): string {
  const network = net.isIPv6(address) && !address.startsWith('::ffff:') ? half(address) : address
  return crypto
    .createHmac('sha256', secret)
    .update(`address ${network.replace(/^::ffff:/i, '')}`)
    .digest('base64url')
}

function half(address: string): string {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const groups = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(8 - groups.length - last.length).fill('0')
  return [...groups, ...zeros, ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

const programs = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari', 'curl'] as const
const systems = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS X', 'Linux'] as const
const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' }

/** In two or three words, for the list of sessions. Nothing is taken over from what was sent. */
export function deviceOf(userAgent = ''): string {
  const found = (options: readonly string[]) => {
    const option = options.find((each) => userAgent.includes(each))
    return option === undefined ? undefined : (names[option] ?? option)
  }
  const [program, system] = [found(programs), found(systems)]
  if (program === undefined && system === undefined) return 'another program'
  return [program ?? 'another program', system].filter((part) => part !== undefined).join(' on ')
}
