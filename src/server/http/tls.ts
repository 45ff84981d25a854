import crypto from 'node:crypto'
import fs from 'node:fs'
import type http from 'node:http'
import type https from 'node:https'
import { Problem } from '../../problem.ts'
import type { Log } from '../log.ts'
import type { Metrics } from './metrics.ts'

/** The certificate that this server shows, with the ones that lead to its root, and its key. */
export interface Credentials {
  readonly cert: string
  readonly key: string
  readonly ends: Date
}

/**
 * Reads TLS_CERT and TLS_KEY, each a file or the PEM text itself, and checks them here: what OpenSSL
 * says of a bad one helps nobody. Undefined where neither is set.
 */
export function readCredentials(
  certificate: string | undefined,
  privateKey: string | undefined,
): Credentials | undefined {
  if (certificate === undefined && privateKey === undefined) return undefined
  if (certificate === undefined || privateKey === undefined) {
    const [set, missing] = privateKey === undefined ? ['CERT', 'KEY'] : ['KEY', 'CERT']
    throw new Problem(`TLS_${set} is set, but TLS_${missing} is not.`, 'Set both, or neither.')
  }
  const cert = textOf('TLS_CERT', certificate)
  const key = textOf('TLS_KEY', privateKey)
  const x509 = certificateIn(cert)
  if (!x509.checkPrivateKey(keyIn(key))) {
    throw new Problem(
      'TLS_KEY is not the key of the certificate in TLS_CERT.',
      'In TLS_CERT the own certificate comes first, then the ones that lead to its root.',
    )
  }
  const ends = new Date(x509.validTo)
  if (ends.getTime() < Date.now()) {
    throw new Problem(`The certificate in TLS_CERT ended on ${day(ends)}.`, 'Renew it.')
  }
  const begins = new Date(x509.validFrom)
  if (begins.getTime() > Date.now()) {
    throw new Problem(
      `The certificate in TLS_CERT begins on ${day(begins)}.`,
      "Use another one until then, or set this machine's clock.",
    )
  }
  return { cert, key, ends }
}

const day = (moment: Date) => moment.toISOString().slice(0, 10)

/** A text in a variable may have its line ends written as \n. */
function textOf(name: string, value: string): string {
  if (value.includes('-----BEGIN ')) return value.replaceAll('\\n', '\n')
  try {
    return fs.readFileSync(value, 'utf8')
  } catch (error) {
    throw new Problem(
      `The file in ${name} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      'Set it to a PEM file that this user may read, or to the PEM text itself.',
    )
  }
}

function certificateIn(text: string): crypto.X509Certificate {
  try {
    return new crypto.X509Certificate(text)
  } catch {
    throw new Problem('There is no certificate in TLS_CERT.', 'Set it to one in PEM form.')
  }
}

function keyIn(text: string): crypto.KeyObject {
  try {
    return crypto.createPrivateKey(text)
  } catch {
    throw new Problem(
      text.includes('ENCRYPTED')
        ? 'The key in TLS_KEY is encrypted.'
        : 'There is no private key in TLS_KEY.',
      'Set it to one in PEM form, without a passphrase, that only this user may read.',
    )
  }
}

export interface Following {
  readonly read: () => Credentials | undefined
  readonly log: Log
  readonly metrics: Metrics
  /** Told of each new certificate, once connections get it. */
  readonly renewed?: (credentials: Credentials) => void
  readonly everyMs?: number
}

/**
 * Certificates of today live for weeks, servers for months: a renewed one is taken up within a
 * minute, for new connections. One that is no good is told of, and the old one stays.
 */
export function followCredentials(
  server: http.Server,
  shown: Credentials,
  { read, log, metrics, renewed, everyMs = 60_000 }: Following,
): { look(): void; stop(): void } {
  let current = shown
  let told = ''
  const tell = (line: string, days?: number) => {
    if (line !== told) log.warn(line, { days })
    told = line
  }
  const look = () => {
    try {
      const found = read()
      if (found !== undefined && (found.cert !== current.cert || found.key !== current.key)) {
        ;(server as https.Server).setSecureContext({ ...found, minVersion: 'TLSv1.2' })
        current = found
        metrics.certificateEnds(found.ends)
        renewed?.(found)
        log.info('The certificate was renewed.')
      }
    } catch (error) {
      return tell(error instanceof Problem ? error.line : 'The new certificate is not usable.')
    }
    const days = Math.floor((current.ends.getTime() - Date.now()) / 86_400_000)
    if (days < 14) tell('The certificate ends soon: renew it.', days)
  }
  metrics.certificateEnds(shown.ends)
  look()
  const timer = setInterval(look, everyMs)
  timer.unref()
  return { look, stop: () => clearInterval(timer) }
}
