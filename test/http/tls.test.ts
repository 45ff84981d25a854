import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { Problem } from '../../src/problem.ts'
import { makeMetrics } from '../../src/server/http/metrics.ts'
import { followCredentials, readCredentials } from '../../src/server/http/tls.ts'
import { makeLog } from '../../src/server/log.ts'
import { selfSigned } from '../../src/server/postgres/self-signed.ts'
import { ask, startApp } from '../harness/http.ts'
import { temporaryFolder } from '../harness/processes.ts'

const day = 86_400_000
const from = (days: number) => new Date(Date.now() + days * day)

describe('TLS_CERT and TLS_KEY', () => {
  const good = selfSigned(['127.0.0.1'])
  const other = selfSigned(['127.0.0.1'])
  const ended = selfSigned(['x'], { begins: from(-20), ends: from(-10) })
  const early = selfSigned(['x'], { begins: from(10), ends: from(20) })
  const encrypted = crypto
    .createPrivateKey(good.key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
    .toString()

  test('are files, or the text itself, also with its lines in one', () => {
    const dir = temporaryFolder()
    const [cert, key] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')]
    fs.writeFileSync(cert, good.cert)
    fs.writeFileSync(key, good.key)
    const expected = { ...good, ends: expect.any(Date) }
    expect(readCredentials(cert, key)).toEqual(expected)
    expect(readCredentials(good.cert, good.key)).toEqual(expected)
    const inOne = (text: string) => text.replaceAll('\n', '\\n')
    expect(readCredentials(inOne(good.cert), inOne(good.key))).toEqual(expected)
    expect(readCredentials(undefined, undefined)).toBeUndefined()
  })

  const faults = [
    ['only one of them', good.cert, undefined, /TLS_CERT is set, but TLS_KEY is not/],
    ['only the other', undefined, good.key, /TLS_KEY is set, but TLS_CERT is not/],
    [
      'a file that is not there',
      '/nowhere/cert.pem',
      good.key,
      /TLS_CERT cannot be read \(ENOENT\)/,
    ],
    ['a folder', '/', good.key, /TLS_CERT cannot be read \(EISDIR\)/],
    ['no certificate', good.key, good.key, /no certificate in TLS_CERT/],
    ['no key', good.cert, good.cert, /no private key in TLS_KEY/],
    ['an encrypted key', good.cert, encrypted, /key in TLS_KEY is encrypted/],
    ["another's key", good.cert, other.key, /TLS_KEY is not the key of the certificate/],
    ['one that has ended', ended.cert, ended.key, /in TLS_CERT ended on \d{4}-\d\d-\d\d/],
    ['one of the future', early.cert, early.key, /in TLS_CERT begins on \d{4}-\d\d-\d\d/],
  ] as const
  for (const [name, cert, key, line] of faults) {
    test(`are refused in one line: ${name}`, () => {
      const reading = () => readCredentials(cert, key)
      expect(reading).toThrow(Problem)
      expect(reading).toThrow(line)
      expect(reading).not.toThrow(/PRIVATE|MII/)
    })
  }
})

test('a certificate of ours holds what it says', () => {
  const hosts = ['db.example', '10.1.2.3', '::1', 'fd00::1:2', '2001:db8:1:2:3:4:5:6']
  for (const ends of [from(30), new Date('2050-06-01T00:00:00Z')]) {
    const { cert, key } = selfSigned(hosts, { ends })
    const x509 = new crypto.X509Certificate(cert)
    expect(x509.verify(x509.publicKey)).toBe(true)
    expect(x509.checkPrivateKey(crypto.createPrivateKey(key))).toBe(true)
    expect(x509.checkHost('db.example')).toBe('db.example')
    expect(x509.checkHost('other.example')).toBeUndefined()
    for (const address of hosts.slice(1)) expect(x509.checkIP(address)).toBe(address)
    expect(x509.checkIP('fd00::1:3')).toBeUndefined()
    expect(Math.abs(Date.parse(x509.validTo) - ends.getTime())).toBeLessThan(1000)
  }
})

describe('a renewed certificate', () => {
  test('is shown to new connections, a bad one is not, and its end is told', async () => {
    const [first, second] = [
      selfSigned(['127.0.0.1']),
      selfSigned(['127.0.0.1'], { ends: from(5) }),
    ]
    const lines: string[] = []
    const log = await makeLog({ stream: { write: (text) => lines.push(text) } })
    const metrics = makeMetrics()
    let files: { cert: string; key: string } = first
    const read = () => readCredentials(files.cert, files.key)
    const shown = readCredentials(first.cert, first.key)
    if (shown === undefined) throw new Error('no credentials')
    const { server, url } = await startApp({ credentials: shown, metrics })
    const renewed: string[] = []
    const { look, stop } = followCredentials(server, shown, {
      read,
      log,
      metrics,
      renewed: ({ cert }) => renewed.push(cert),
    })
    const trusts = async (cert: string) => (await ask(`${url}/healthz`, { ca: cert })).status

    files = { cert: second.cert, key: first.key }
    look()
    look()
    expect(lines.filter((line) => line.includes('TLS_KEY is not the key'))).toHaveLength(1)
    expect(await trusts(first.cert)).toBe(200)
    expect(renewed).toEqual([])

    files = second
    look()
    expect(await trusts(second.cert)).toBe(200)
    await expect(trusts(first.cert)).rejects.toThrow(/self-signed/)
    expect(renewed).toEqual([second.cert])
    expect(lines.join('')).toMatch(/"days":4,.*The certificate ends soon/)
    const seconds = Math.floor(from(5).getTime() / 1000)
    const [, shownEnd] =
      /^fluence_tls_certificate_end_timestamp_seconds (\d+)/m.exec(await metrics.text()) ?? []
    expect(Math.abs(Number(shownEnd) - seconds)).toBeLessThan(60)
    stop()
  })
})
