import net from 'node:net'
import { logLevels, type LogLevel } from './log-levels.ts'
import { listOf, refuse, type Setting } from './setting.ts'

/** An address where PostgreSQL listens for others than this machine. */
export interface PgAddress {
  readonly address: string
  readonly port: number | undefined
}

/** Scheme, host and port of an address that has nothing else; * and null are no origins. */
function originIn(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname.includes('*')) return
  return url.href === `${url.origin}/` ? url.origin : undefined
}

/** An address, or a block of them: 10.0.0.5, 10.0.0.0/8. All the world is no block. */
function blockIn(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = { 0: 0, 4: 32, 6: 128 }[net.isIP(address)] ?? 0
  if (bits === 0 || rest.length > 0) return undefined
  if (prefix === undefined) return text
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits
    ? text
    : undefined
}

/** 10.0.0.5, 10.0.0.5:5432, fd00::1 or [fd00::1]:5432. */
function pgAddressIn(text: string): PgAddress | undefined {
  if (net.isIP(text) !== 0) return { address: text, port: undefined }
  const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const address = six ?? four ?? ''
  const port = digits === undefined ? undefined : Number(digits)
  if (net.isIP(address) !== (six === undefined ? 4 : 6)) return undefined
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  return { address, port }
}

const pgListen = listOf(
  'FLUENCE_PG_LISTEN',
  'Addresses at which the embedded PostgreSQL listens for other machines, TLS only',
  'this machine only',
  pgAddressIn,
  'IP addresses of this machine, with one port for all or none: 10.0.0.5:5432',
)

function credential(name: string, about: string): Setting<string | undefined> {
  return { name, about, unset: 'plain HTTP', secret: true, parse: (text) => text }
}

/** The settings of the doors: HTTP, TLS, PostgreSQL's own, and the log. */
export const doorSettings = {
  tlsCert: credential('TLS_CERT', 'Certificate of the server: a PEM file, or its text'),
  tlsKey: credential('TLS_KEY', 'Private key of that certificate: a PEM file, or its text'),
  publicUrl: {
    name: 'FLUENCE_PUBLIC_URL',
    about: 'Address at which people reach the server, for example https://fluence.example',
    unset: 'not known: nobody is sent from HTTP to HTTPS',
    parse: (text) =>
      text === undefined
        ? undefined
        : (originIn(text) ??
          refuse('FLUENCE_PUBLIC_URL', text, 'an address without a path: https://fluence.example')),
  } satisfies Setting<string | undefined>,
  trustedProxies: listOf(
    'FLUENCE_TRUSTED_PROXIES',
    'Addresses or blocks of the proxies whose X-Forwarded-* headers are believed',
    'no proxy is believed',
    blockIn,
    'IP addresses or blocks, for example 10.0.0.5,10.1.0.0/16',
  ),
  origins: listOf(
    'FLUENCE_ORIGINS',
    'Origins whose pages may use the server from browsers, beside its own',
    'none',
    originIn,
    'origins without a path, for example https://shop.example',
  ),
  metricsToken: {
    name: 'FLUENCE_METRICS_TOKEN',
    about: 'Token for /metrics, 16 characters or more',
    unset: 'only programs on this machine may read /metrics',
    secret: true,
    parse(text) {
      if (text === undefined || /^[\w.~+/=-]{16,}$/.test(text)) return text
      return refuse('FLUENCE_METRICS_TOKEN', '...', '16 or more letters, digits or .~+/=_-')
    },
  } satisfies Setting<string | undefined>,
  logLevel: {
    name: 'FLUENCE_LOG_LEVEL',
    about: `From which level on the log tells (${logLevels.join(', ')})`,
    unset: 'info',
    parse(text): LogLevel {
      if (text === undefined) return 'info'
      const level = logLevels.find((name) => name === text.toLowerCase())
      return level ?? refuse('FLUENCE_LOG_LEVEL', text, `one of ${logLevels.join(', ')}`)
    },
  } satisfies Setting<LogLevel>,
  pgListen: {
    ...pgListen,
    parse(text) {
      const found = pgListen.parse(text)
      const ports = new Set(found.flatMap(({ port }) => port ?? []))
      if (ports.size > 1) refuse(pgListen.name, text ?? '', 'addresses that share one port')
      return found
    },
  } satisfies Setting<readonly PgAddress[]>,
}
