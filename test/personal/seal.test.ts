import crypto, { type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeParts } from '../../src/server/personal/cipher.ts'
import { keyedHash } from '../../src/server/personal/keyed-hash.ts'
import { type Bound, seal, unseal } from '../../src/server/personal/seal.ts'

const newKey = (): KeyObject => crypto.createSecretKey(crypto.randomBytes(32))
const key = newKey()
const bound: Bound = {
  ring: '7',
  kind: 'customer_identities.mail',
  version: 1,
  ref: crypto.randomUUID(),
}
const unreadable = { name: 'Unreadable', code: 'FL909' }
const opens = (where: Bound, sealed: Buffer, by = key) => unseal(by, where, sealed)

/** Any text there can be: of every plane, long and short, empty too. */
const anyText = fc.string({ unit: 'binary', maxLength: 400 })
const anyBound = fc.record<Bound>({
  ring: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  kind: fc.constantFrom('customer_identities.mail', 'customer_identities.name', 'payouts.iban'),
  version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  ref: fc.uuid(),
})

describe('a sealed value', () => {
  test('opens as what it was, whatever the text', () => {
    fc.assert(
      fc.property(anyText, anyBound, (text, where) => {
        expect(opens(where, seal(key, where, text))).toBe(text)
      }),
    )
  })

  test('that is no text is refused, because it would come back as another', () => {
    expect(() => seal(key, bound, 'a\ud800b')).toThrow(TypeError)
  })

  test('opens nowhere but where it was sealed: no other row, brand, kind or version', () => {
    fc.assert(
      fc.property(anyText, anyBound, anyBound, (text, here, there) => {
        const sealed = seal(key, here, text)
        for (const part of ['ring', 'kind', 'version', 'ref'] as const) {
          if (here[part] === there[part]) continue
          const moved = { ...here, [part]: there[part] }
          expect(() => opens(moved, sealed)).toThrow(expect.objectContaining(unreadable))
        }
      }),
    )
  })

  test('of yesterday does not open in the same row, which has been written since', () => {
    const yesterday = seal(key, bound, 'old@shop.example')
    const today = { ...bound, ref: crypto.randomUUID() }
    expect(opens(today, seal(key, today, 'new@shop.example'))).toBe('new@shop.example')
    expect(() => opens(today, yesterday)).toThrow(expect.objectContaining(unreadable))
  })

  test('opens with no other key', () => {
    const sealed = seal(key, bound, 'jane@shop.example')
    expect(() => opens(bound, sealed, newKey())).toThrow(expect.objectContaining(unreadable))
  })

  test('that was cut anywhere, or lengthened, does not open', () => {
    const sealed = seal(key, bound, 'jane@shop.example')
    const cut = Array.from({ length: sealed.length }, (_, length) => sealed.subarray(0, length))
    const beheaded = Array.from({ length: sealed.length }, (_, from) => sealed.subarray(from + 1))
    const longer = [Buffer.concat([sealed, Buffer.of(0)]), Buffer.concat([Buffer.of(1), sealed])]
    for (const wrong of [...cut, ...beheaded, ...longer]) {
      expect(() => opens(bound, wrong)).toThrow(expect.objectContaining(unreadable))
    }
  })

  test('does not open with any one bit of it flipped', () => {
    const sealed = seal(key, bound, 'jane@shop.example')
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Buffer.from(sealed)
      const at = bit >> 3
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (bit & 7)), at)
      expect(() => opens(bound, flipped)).toThrow(expect.objectContaining(unreadable))
    }
  })

  test('tells nothing when it does not open', () => {
    const sealed = seal(key, bound, 'jane@shop.example')
    sealed.writeUInt8(sealed.readUInt8(20) ^ 1, 20)
    try {
      opens(bound, sealed)
      expect.unreachable()
    } catch (error) {
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/jane|@/)
    }
  })

  test('has a nonce of its own, 100,000 times', () => {
    const nonces = new Set<string>()
    for (let i = 0; i < 100_000; i += 1) {
      nonces.add(seal(key, bound, 'same').toString('latin1', 1, 13))
    }
    expect(nonces.size).toBe(100_000)
  })

  test('is as long as its text and 29 bytes, so that an empty one fits no column', () => {
    expect(seal(key, bound, 'é')).toHaveLength(31)
    expect(seal(key, bound, '')).toHaveLength(29)
  })
})

test('what is bound has one encoding for each list of parts', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other)
      expect(encodeParts(...one).equals(encodeParts(...other))).toBe(same)
    }),
  )
  expect(encodeParts('a', 'bc')).not.toEqual(encodeParts('ab', 'c'))
  expect(encodeParts('1:a')).not.toEqual(encodeParts('', 'a'))
})

describe('a keyed hash', () => {
  test('is the same for the same value, and of the brand and the kind alone', () => {
    const hash = keyedHash(key, 'mail', 'jane@shop.example')
    expect(hash).toHaveLength(32)
    expect(keyedHash(key, 'mail', 'jane@shop.example')).toEqual(hash)
    expect(keyedHash(key, 'mail', 'jane@shop.exampl')).not.toEqual(hash)
    expect(keyedHash(key, 'name', 'jane@shop.example')).not.toEqual(hash)
    expect(keyedHash(newKey(), 'mail', 'jane@shop.example')).not.toEqual(hash)
  })

  test('is by HKDF and HMAC as anybody may compute them', () => {
    const known = crypto.createSecretKey(Buffer.alloc(32, 7))
    const derived = crypto.hkdfSync('sha256', Buffer.alloc(32, 7), '', 'fluence lookup phone', 32)
    const expected = crypto.createHmac('sha256', Buffer.from(derived)).update('+49').digest()
    expect(keyedHash(known, 'phone', '+49')).toEqual(expected)
  })
})
