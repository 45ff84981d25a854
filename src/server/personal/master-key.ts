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

export interface KeysAtHand {
  /** The one to wrap with. */
  readonly current: MasterKey | undefined
  /** Those that only unwrap. */
  readonly others: readonly MasterKey[]
}

/** The keys at hand, looked for at each use, because a server runs also while there is none. */
export class MasterKeys {
  readonly #find: () => KeysAtHand
  readonly #advice: string

  constructor(find: () => KeysAtHand, advice: string) {
    this.#find = find
    this.#advice = advice
  }

  get current(): MasterKey {
    const { current } = this.#find()
    if (current === undefined) throw this.#missing('There is no master key.')
    return current
  }

  withId(id: string): MasterKey {
    const { current, others } = this.#find()
    const all = current === undefined ? others : [current, ...others]
    const found = all.find((key) => key.id === id)
    if (found !== undefined) return found
    const ids = all.map((key) => key.id).join(', ')
    throw this.#missing(
      `The master key ${id} is missing; ${ids === '' ? 'there is none' : `at hand is ${ids}`}.`,
    )
  }

  /** One that a new key is wrapped with: of those in use, where some are. */
  forWrapping(inUse: readonly string[]): MasterKey {
    const { current, others } = this.#find()
    const [wanted] = inUse
    if (wanted === undefined) return this.current
    const usable = [current, ...others].find((key) => key && inUse.includes(key.id))
    return usable ?? this.withId(wanted)
  }

  #missing(what: string): MasterKeyMissing {
    return new MasterKeyMissing(what, this.#advice)
  }
}
