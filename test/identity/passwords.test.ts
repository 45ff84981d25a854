import bcrypt from 'bcrypt'
import { afterAll, describe, expect, test } from 'vitest'
import { Busy, hashOfNobody, makePasswords } from '../../src/server/identity/passwords.ts'

const cheap = makePasswords({ cost: 4 })
const { hashPassword, verifyPassword, needsRehash } = cheap
afterAll(() => cheap.close())

/** Whether the first password opens what was locked with the second. */
const opens = async (typed: string, chosen: string) =>
  verifyPassword(typed, await hashPassword(chosen))

describe('a password', () => {
  test('opens its own hash, and nothing else does', async () => {
    const hash = await hashPassword('Tulip-7x')
    expect(hash).toMatch(/^\$2b\$04\$.{53}$/)
    expect(await verifyPassword('Tulip-7x', hash)).toBe(true)
    for (const other of ['tulip-7x', 'Tulip-7', 'Tulip-7x ', '']) {
      expect(await verifyPassword(other, hash)).toBe(false)
    }
  })

  test('has another hash each time', async () => {
    expect(await hashPassword('Tulip-7x')).not.toBe(await hashPassword('Tulip-7x'))
  })

  test('counts beyond 72 bytes', async () => {
    const long = 'ab'.repeat(60)
    expect(await opens(long, long)).toBe(true)
    expect(await opens(`${long}c`, `${long}d`)).toBe(false)
    expect(await opens(long.slice(0, 72), long)).toBe(false)
  })

  test('counts beyond a NUL', async () => {
    expect(await opens('abc\0def', 'abc\0def')).toBe(true)
    expect(await opens('abc\0def', 'abc\0xyz')).toBe(false)
    expect(await opens('abc', 'abc\0def')).toBe(false)
  })

  test('is the same however a keyboard composes it', async () => {
    expect(await opens('Cafe\u0301-7', 'Caf\u00E9-7')).toBe(true)
    expect(await opens('Ａbc-7', 'Abc-7')).toBe(true)
    expect(await opens('Cafe-7', 'Caf\u00E9-7')).toBe(false)
  })

  test('is not hashed as it stands, nor as plain SHA-256', async () => {
    const hash = await hashPassword('Tulip-7x')
    const sha = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('Tulip-7x'))
    for (const text of ['Tulip-7x', Buffer.from(sha).toString('base64')]) {
      expect(await bcrypt.compare(text, hash)).toBe(false)
    }
  })
})

describe('without a hash that could match', () => {
  const strange = ['', 'plain', '$2b$04$short', '$1$abc$def', `$2b$99$${'x'.repeat(53)}`]
  test.each([undefined, ...strange])('%s: nothing opens', async (hash) => {
    expect(await verifyPassword('', hash)).toBe(false)
    expect(await verifyPassword('plain', hash)).toBe(false)
  })

  test('the work is that of a real hash of today', async () => {
    for (const cost of [4, 12]) expect(bcrypt.getRounds(hashOfNobody(cost))).toBe(cost)
    // bcrypt turns away at sight what is no salt, and keeps one that it works with.
    const salt = hashOfNobody(4).slice(0, 29)
    expect(await bcrypt.hash('any', salt)).toMatch(new RegExp(`^${RegExp.escape(salt)}.{31}$`))
    expect(hashOfNobody(4)).toHaveLength(60)
  })

  test('it takes its place in the queue', async () => {
    const one = makePasswords({ cost: 4, lanes: 1, places: 0 })
    const unknown = one.verifyPassword('any', undefined)
    await expect(one.verifyPassword('any', undefined)).rejects.toThrow(Busy)
    expect(await unknown).toBe(false)
    await one.close()
  })
})

describe('a hash', () => {
  test('is made anew when the cost has risen, and not when it has fallen', async () => {
    const hash = await hashPassword('Tulip-7x')
    const dearer = makePasswords({ cost: 5 })
    expect([needsRehash(hash), dearer.needsRehash(hash)]).toEqual([false, true])
    expect(needsRehash(await dearer.hashPassword('Tulip-7x'))).toBe(false)
    expect(needsRehash('from elsewhere')).toBe(true)
    await dearer.close()
  })

  test('costs 12 unless asked otherwise, and never next to nothing', async () => {
    const usual = makePasswords()
    expect(await usual.hashPassword('Tulip-7x')).toMatch(/^\$2b\$12\$/)
    await usual.close()
    for (const cost of [3, 4.5, 17, Number.NaN]) {
      expect(() => makePasswords({ cost })).toThrow(RangeError)
    }
  })
})

describe('a flood', () => {
  test('is refused where the queue ends, told when to come again, and the rest is served', async () => {
    const few = makePasswords({ cost: 4, lanes: 1, places: 3 })
    const hash = await few.hashPassword('Tulip-7x')
    const all = await Promise.allSettled(
      Array.from({ length: 30 }, () => few.verifyPassword('Tulip-7x', hash)),
    )
    const served = all.filter(({ status }) => status === 'fulfilled')
    expect(served).toEqual(Array.from({ length: 4 }, () => ({ status: 'fulfilled', value: true })))
    const reasons = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(reasons).toHaveLength(26)
    for (const reason of reasons) {
      expect(reason).toBeInstanceOf(Busy)
      expect(reason.retryAfterSeconds).toBeGreaterThanOrEqual(1)
    }
    expect(await few.verifyPassword('Tulip-7x', hash)).toBe(true)
    await few.close()
  })

  test('that is cut off by the end of the server leaves nobody waiting', async () => {
    const ending = makePasswords({ cost: 14, lanes: 1 })
    const some = [ending.hashPassword('Tulip-7x'), ending.hashPassword('Tulip-7x')]
    const settled = Promise.allSettled(some)
    await ending.close()
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})
