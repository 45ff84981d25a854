import crypto from 'node:crypto'
import os from 'node:os'
import { Lanes } from './lanes.ts'
import type { Ask } from './password-hasher.ts'

export { Busy } from './lanes.ts'

export interface Passwords {
  hashPassword(text: string): Promise<string>
  /** Without a hash, for an account that is not there, it takes as long and answers false. */
  verifyPassword(text: string, hash: string | undefined): Promise<boolean>
  /** Whether a hash was made at a lower cost than today's. */
  needsRehash(hash: string): boolean
  close(): Promise<void>
}

export interface PasswordOptions {
  /** Tests take 4, the least that bcrypt knows. */
  readonly cost?: number
  readonly lanes?: number
  /** How many may wait for their turn before others are refused as Busy. */
  readonly places?: number
}

const bcryptHash = /^\$2b\$(\d\d)\$[./A-Za-z0-9]{53}$/
const costOf = (hash: string) => Number(bcryptHash.exec(hash)?.[1] ?? 0)

/** Half of the processors at most, since a hash takes one whole: 1 of 2. */
const defaultLanes = Math.max(1, Math.floor(os.availableParallelism() / 2))

/**
 * Passwords as bcrypt hashes. A full queue rejects with Busy, so that a flood of logins neither
 * takes the processors from others nor makes everybody wait for minutes.
 */
export function makePasswords(options: PasswordOptions = {}): Passwords {
  const { cost = 12, lanes = defaultLanes, places = 40 } = options
  if (!Number.isInteger(cost) || cost < 4 || cost > 16) throw new RangeError(`cost ${cost}`)
  const threads = new Lanes(new URL('password-hasher.ts', import.meta.url), { lanes, places })
  const ask = (about: Ask) => threads.run(about)
  return {
    hashPassword: async (text) => String(await ask({ digest: digestOf(text), cost })),
    async verifyPassword(text, hash) {
      const isKnown = hash !== undefined && costOf(hash) > 0
      const matches = await ask({
        digest: digestOf(text),
        hash: isKnown ? hash : hashOfNobody(cost),
      })
      return isKnown && matches === true
    },
    needsRehash: (hash) => costOf(hash) < cost,
    close: () => threads.close(),
  }
}

/** Of no password that anybody knows; to compare with it costs what a real one costs. */
export const hashOfNobody = (cost: number) =>
  `$2b$${String(cost).padStart(2, '0')}$${'x'.repeat(21)}u${'x'.repeat(30)}u`

/**
 * bcrypt reads 72 bytes, and stops at a NUL: so it is given a digest of the whole, 44 characters.
 * The key of the HMAC is no secret. It keeps plain SHA-256 hashes that were stolen elsewhere from
 * being tried here; a secret one would make every password void whenever it is changed.
 * NFKC, because one password typed on two keyboards may come as different code points.
 */
function digestOf(text: string): string {
  return crypto
    .createHmac('sha256', 'fluence password 1')
    .update(text.normalize('NFKC'), 'utf8')
    .digest('base64')
}
