import type { KeyObject } from 'node:crypto'
import { decrypt, encodeParts, encrypt } from './cipher.ts'
import { Unreadable } from './faults.ts'

export { Unreadable } from './faults.ts'

/** What a sealed value is bound to: it opens nowhere else. */
export interface Bound {
  /** The brand whose key it is; 0 is the house's. */
  readonly ring: string
  /** The column, as table.column: `customer_identities.mail`. The rotation reads it off the catalogue. */
  readonly kind: string
  /** Of the ring's key: `key_version` of the row. */
  readonly version: number
  /** `person_ref` of the row. */
  readonly ref: string
}

/** For one row's column, as app_private.sealed keeps it. */
export function seal(key: KeyObject, bound: Bound, text: string): Buffer {
  // What is no text would come back as another one.
  if (!text.isWellFormed()) throw new TypeError('half a character cannot be sealed')
  return encrypt(key, known(bound), Buffer.from(text, 'utf8'))
}

/** Throws Unreadable where the value or anything that it is bound to is another. */
export function unseal(key: KeyObject, bound: Bound, sealed: Buffer): string {
  const plain = decrypt(key, known(bound), sealed)
  if (plain === undefined) throw new Unreadable()
  return plain.toString('utf8')
}

const known = ({ ring, kind, version, ref }: Bound) =>
  encodeParts('fluence sealed', ring, kind, String(version), ref.toLowerCase())
