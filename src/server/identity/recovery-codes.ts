import crypto from 'node:crypto'
import { base32 } from './base32.ts'
import { sha256Of } from './opaque.ts'

/** Crockford's: no i, l, o or u, which people misread. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * Ten codes, each in the place of the second factor once. With 80 random bits each a plain SHA-256
 * may be stored.
 */
export const newRecoveryCodes = (): string[] => Array.from({ length: 10 }, newCode)

const newCode = () => base32(crypto.randomBytes(10), alphabet).replace(/.{4}(?!$)/g, '$&-')

/** What is stored of a code, however it was typed; undefined for what is no code. */
export function recoveryCodeHash(typed: string): Buffer | undefined {
  if (typed.length > 100) return undefined
  const meant = typed.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1')
  return /^[0-9a-hjkmnp-tv-z]{16}$/.test(meant) ? sha256Of(meant) : undefined
}
