import decodeQr from 'qr/decode.js'
import { describe, expect, test } from 'vitest'
import {
  codeAt,
  newTotpSecret,
  qrSvg,
  stepAt,
  stepOf,
  totpSecretText,
  totpUri,
} from '../../src/server/identity/totp.ts'

const secret = Buffer.from('12345678901234567890')
const at = (seconds: number) => new Date(seconds * 1000)

describe('a code', () => {
  // RFC 6238, appendix B, of whose eight digits apps show the last six.
  test.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('at %i s is %s', (seconds, code) => {
    expect(codeAt(stepAt(at(seconds)), secret)).toBe(code.slice(-6))
    expect(stepOf(code.slice(-6), secret, at(seconds))).toBe(Math.floor(seconds / 30))
  })

  test('is taken one step early and one late, and told as of its own step', () => {
    const code = codeAt(1000, secret)
    const stepsAt = [29_939, 29_970, 30_000, 30_029, 30_059, 30_060].map((seconds) =>
      stepOf(code, secret, at(seconds)),
    )
    expect(stepsAt).toEqual([undefined, 1000, 1000, 1000, 1000, undefined])
  })

  test('works at the beginning of time', () => {
    expect(stepOf(codeAt(0, secret), secret, at(0))).toBe(0)
  })

  test('may be typed as apps show it', () => {
    const code = codeAt(1000, secret)
    expect(stepOf(`${code.slice(0, 3)} ${code.slice(3)} `, secret, at(30_000))).toBe(1000)
  })

  test.each([
    '',
    '12345',
    '1234567',
    '12a456',
    '１２３４５６',
    '٠١٢٣٤٥',
    '-12345',
    ' '.repeat(1e6),
  ])('%# is none', (text) => {
    expect(stepOf(text, secret, at(30_000))).toBeUndefined()
  })

  test('of another secret is none', () => {
    const others = Array.from({ length: 20 }, (_, index) => Buffer.alloc(20, index))
    const hits = others.filter((other) => stepOf(codeAt(1000, other), secret, at(30_000)))
    expect(hits).toEqual([])
  })
})

describe('a secret', () => {
  test('is 160 random bits', () => {
    expect(newTotpSecret()).toHaveLength(20)
    expect(newTotpSecret()).not.toEqual(newTotpSecret())
  })

  test('is written in base32 (RFC 4648)', () => {
    expect(totpSecretText(secret)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
    expect(totpSecretText(Buffer.from('foob'))).toBe('MZXW6YQ')
    expect(totpSecretText(Buffer.alloc(0))).toBe('')
  })
})

describe('the address for apps', () => {
  test('names issuer and account, whatever is in their names', () => {
    const uri = totpUri(secret, 'Fluence: A&B', 'jane+1@shop.example?secret=X')
    const { protocol, host, pathname, searchParams } = new URL(uri)
    expect([protocol, host]).toEqual(['otpauth:', 'totp'])
    expect(decodeURIComponent(pathname)).toBe('/Fluence  A&B:jane+1@shop.example?secret=X')
    expect([...searchParams]).toEqual([
      ['secret', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'],
      ['issuer', 'Fluence  A&B'],
      ['algorithm', 'SHA1'],
      ['digits', '6'],
      ['period', '30'],
    ])
  })

  test('can be read from the picture', () => {
    const uri = totpUri(secret, 'Fluence', 'jane@shop.example')
    expect(decodeQr(picture(qrSvg(uri)))).toBe(uri)
  })

  test('is a picture in which nothing runs', () => {
    expect(qrSvg('https://x.example/?a=<script>')).toMatch(
      /^<svg [^<]*(<(rect|path) [^<]*)+<\/svg>$/,
    )
  })
})

/** The squares of the SVG drawn in black on white, eight dots to a square. */
function picture(svg: string) {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]) * 8
  const data = new Uint8Array(size * size * 4).fill(255)
  let [x, y] = [0, 0]
  for (const [, kind, across, down] of svg.matchAll(/([Mm])(-?\d+) ?(-?\d+)h1v1/g)) {
    x = Number(across) + (kind === 'm' ? x : 0)
    y = Number(down) + (kind === 'm' ? y : 0)
    for (let dot = 0; dot < 64; dot++) {
      const place = (y * 8 + Math.floor(dot / 8)) * size + x * 8 + (dot % 8)
      data.fill(0, place * 4, place * 4 + 3)
    }
  }
  return { width: size, height: size, data }
}
