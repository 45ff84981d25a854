import crypto, { type KeyObject } from 'node:crypto'
import { decrypt, encodeParts, encrypt } from './cipher.ts'
import { MasterKeyMissing, Unreadable } from './faults.ts'

export type Purpose = 'seal' | 'lookup'

/** Which of the keys in app_private.data_keys one is. */
export interface KeyName {
  readonly ring: string
  readonly purpose: Purpose
  readonly version: number
}

/** The key that all others are wrapped with. It is never in the database. */
export class MasterKey {
  /** Tells which key is wanted where it is missing; nobody comes from it to the key. */
  readonly id: string
  readonly #key: KeyObject

  constructor(bytes: Buffer) {
    this.#key = crypto.createSecretKey(bytes)
    this.id = crypto
      .createHmac('sha256', this.#key)
      .update('fluence master key')
      .digest('hex')
      .slice(0, 16)
  }

  wrap(name: KeyName, key: Buffer): Buffer {
    return encrypt(this.#key, known(name), key)
  }

  unwrap(name: KeyName, wrapped: Buffer): Buffer {
    const key = decrypt(this.#key, known(name), wrapped)
    if (key === undefined) throw new Unreadable()
    return key
  }
}

const known = ({ ring, purpose, version }: KeyName) =>
  encodeParts('fluence data key', ring, purpose, String(version))

/** 32 bytes in base64 or hex; undefined for anything else. */
export function readMasterKey(text: string): MasterKey | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return new MasterKey(Buffer.from(text, 'hex'))
  if (/^[\w+/-]{43}=?$/.test(text)) return new MasterKey(Buffer.from(text, 'base64'))
  return undefined
}

/** The keys at hand: the one to wrap with, and others that still unwrap. */
export class MasterKeys {
  readonly #find: () => readonly MasterKey[]
  readonly #advice: string

  /** Looked for at each use, because a server runs also while none is there. */
  constructor(find: () => readonly MasterKey[], advice: string) {
    this.#find = find
    this.#advice = advice
  }

  get current(): MasterKey {
    const [current] = this.#find()
    if (current === undefined) throw new MasterKeyMissing('There is no master key.', this.#advice)
    return current
  }

  withId(id: string): MasterKey {
    const all = this.#find()
    const found = all.find((key) => key.id === id)
    if (found !== undefined) return found
    const instead = all.length === 0 ? 'none' : all.map((key) => key.id).join(', ')
    throw new MasterKeyMissing(
      `The master key ${id} is missing; at hand: ${instead}.`,
      this.#advice,
    )
  }

  /** One that a new key is wrapped with: where some are in use already, one of those. */
  forWrapping(inUse: readonly string[]): MasterKey {
    const [wanted] = inUse
    if (wanted === undefined || inUse.includes(this.current.id)) return this.current
    return this.withId(inUse.find((id) => this.#find().some((key) => key.id === id)) ?? wanted)
  }
}
