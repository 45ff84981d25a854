import { describe, expect, test } from 'vitest'
import { isOpaque, newOpaque, sha256Of } from '../../src/server/identity/opaque.ts'
import { newRecoveryCodes, recoveryCodeHash } from '../../src/server/identity/recovery-codes.ts'

describe('an opaque token', () => {
  test('says what it is, and is another each time', () => {
    const key = newOpaque('apiKey')
    expect(key).toMatch(/^flk_[\w-]{43}$/)
    expect(newOpaque('apiKey')).not.toBe(key)
    expect(isOpaque('apiKey', key)).toBe(true)
    const others = [
      'session',
      'refresh',
      'mailConfirmation',
      'passwordRecovery',
      'invitation',
    ] as const
    for (const kind of others) expect(isOpaque(kind, key)).toBe(false)
  })

  test.each(['', 'flk_', 'flk_short', `flk_${'x'.repeat(44)}`, `flk_${'x'.repeat(42)} `])(
    'is not %j',
    (text) => {
      expect(isOpaque('apiKey', text)).toBe(false)
    },
  )

  test('is stored as its SHA-256', () => {
    expect(sha256Of('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })
})

describe('recovery codes', () => {
  test('are ten, each another, easy to read', () => {
    const codes = newRecoveryCodes()
    expect(new Set(codes).size).toBe(10)
    for (const code of codes)
      expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/)
  })

  test('are known however they are typed', () => {
    const hash = recoveryCodeHash('0a1b-2c3d-4e5f-6g7h')
    expect(hash).toHaveLength(32)
    for (const typed of ['0A1B2C3D4E5F6G7H', ' oalb 2c3d 4e5f 6g7h\n', 'OAIB-2C3D-4E5F-6G7H']) {
      expect(recoveryCodeHash(typed)).toEqual(hash)
    }
    expect(recoveryCodeHash('0a1b-2c3d-4e5f-6g7j')).not.toEqual(hash)
  })

  test.each(['', '123456', 'u'.repeat(16), '0a1b-2c3d-4e5f-6g7h-8', '0'.repeat(1e6)])(
    '%# are none',
    (typed) => {
      expect(recoveryCodeHash(typed)).toBeUndefined()
    },
  )
})
