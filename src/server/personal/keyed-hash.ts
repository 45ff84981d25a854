import crypto, { type KeyObject } from 'node:crypto'
import type { KindName } from './kinds.ts'

/** What is hashed for looking up, and for telling that nothing changed (`whole`). */
export type HashKind = KindName | 'iban' | 'whole'

const derived = new WeakMap<KeyObject, Map<HashKind, KeyObject>>()

/**
 * 32 bytes by which a brand finds a value that it cannot read. Of one brand, the same value of one
 * kind has the same hash in all tables, and no other kind has it.
 */
export const keyedHash = (lookupKey: KeyObject, kind: HashKind, normalised: string): Buffer =>
  crypto.createHmac('sha256', keyFor(lookupKey, kind)).update(normalised, 'utf8').digest()

function keyFor(lookupKey: KeyObject, kind: HashKind): KeyObject {
  let keys = derived.get(lookupKey)
  if (keys === undefined) derived.set(lookupKey, (keys = new Map()))
  let key = keys.get(kind)
  if (key === undefined) {
    const bytes = crypto.hkdfSync('sha256', lookupKey, '', `fluence lookup ${kind}`, 32)
    keys.set(kind, (key = crypto.createSecretKey(Buffer.from(bytes))))
  }
  return key
}
