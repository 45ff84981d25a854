import crypto from 'node:crypto'
import net from 'node:net'

/** DER: a tag, a length, and what is in it. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const digits = body.length.toString(16)
  const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body])
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)
const octets = (content: Buffer) => der(0x04, content)
const bits = (content: Buffer) => der(0x03, Buffer.from([0]), content)
const text = (content: string) => der(0x0c, Buffer.from(content))

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = rest.flatMap((number) => {
    const groups = [number & 0x7f]
    for (let left = number >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]))
}

/** Two digits of the year do until 2049 (RFC 5280). */
function time(moment: Date): Buffer {
  const digits = `${moment.toISOString().replace(/[-:T]|\.\d+/g, '')}`
  return moment.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits))
}

/** As a certificate names whom it is for. */
function subjectOf(host: string): Buffer {
  if (net.isIPv4(host)) return der(0x87, Buffer.from(host.split('.').map(Number)))
  if (net.isIPv6(host)) return der(0x87, bytesOfIPv6(host))
  return der(0x82, Buffer.from(host))
}

function bytesOfIPv6(address: string): Buffer {
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = written.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const after = groups(tail ?? '')
  const before = groups(head)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  const all = tail === undefined ? before : [...before, ...zeros, ...after]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

const ecdsaWithSha256 = '1.2.840.10045.4.3.2'
const commonName = '2.5.4.3'
const subjectAltName = '2.5.29.17'
const basicConstraints = '2.5.29.19'

export interface SelfSigned {
  readonly cert: string
  readonly key: string
}

/**
 * A certificate that vouches for itself, for hosts and addresses by name. Node has no maker of
 * certificates and openssl is not on every machine; this is the little of X.509 that it takes.
 */
export function selfSigned(
  hosts: readonly string[],
  options: { begins?: Date; ends?: Date } = {},
): SelfSigned {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const begins = options.begins ?? new Date(Date.now() - 3_600_000)
  const ends = options.ends ?? new Date(Date.now() + 10 * 365 * 86_400_000)
  const algorithm = sequence(oid(ecdsaWithSha256))
  const name = sequence(der(0x31, sequence(oid(commonName), text(hosts[0] ?? 'fluence'))))
  const extensions = sequence(
    sequence(oid(basicConstraints), octets(sequence())),
    sequence(oid(subjectAltName), octets(sequence(...hosts.map(subjectOf)))),
  )
  // Positive, and never the same twice.
  const serial = Buffer.concat([Buffer.from([0x01]), crypto.randomBytes(15)])
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(begins), time(ends)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signed = sequence(body, algorithm, bits(crypto.sign('sha256', body, privateKey)))
  const lines = signed.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
