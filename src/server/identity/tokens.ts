import crypto from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'

/** What a token was read as: the handle of a session, or why there is none. */
export type ReadToken = { readonly handle: string } | { readonly fault: 'expired' | 'invalid' }

export interface AccessTokens {
  issue(handle: string, now: Date): Promise<string>
  read(token: string, now: Date): Promise<ReadToken>
}

export interface AccessTokenOptions {
  /** FLUENCE_SECRET, or what stands for it: every server of one database has the same. */
  readonly secret: string
  readonly issuer: string
  readonly audience: string
}

export const accessTokenSeconds = 600

const algorithm = 'HS256'
const type = 'at+jwt'
/** By how much the clocks of two servers may differ. */
const clockTolerance = 5

/**
 * Tokens that carry nothing but the handle of a session, which is asked for at every statement: what
 * a person may do, and whether still, is never in a token.
 */
export function makeAccessTokens({ secret, issuer, audience }: AccessTokenOptions): AccessTokens {
  const key = new Uint8Array(crypto.hkdfSync('sha256', secret, '', 'fluence access tokens', 32))
  const expected = {
    issuer,
    audience,
    algorithms: [algorithm],
    typ: type,
    clockTolerance,
    // Also sees to it that a token is not of the future.
    maxTokenAge: accessTokenSeconds,
    requiredClaims: ['exp', 'jti', 'sid'],
  }
  return {
    issue(handle, now) {
      const seconds = Math.floor(now.getTime() / 1000)
      return new SignJWT({ sid: handle })
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + accessTokenSeconds)
        .setJti(crypto.randomUUID())
        .sign(key)
    },
    async read(token, now) {
      if (!isCanonical(token)) return { fault: 'invalid' }
      try {
        const { payload } = await jwtVerify(token, key, { ...expected, currentDate: now })
        const handle = payload['sid']
        return typeof handle === 'string' && handle !== '' ? { handle } : { fault: 'invalid' }
      } catch (error) {
        if (error instanceof errors.JWTExpired) return { fault: 'expired' }
        if (error instanceof errors.JOSEError) return { fault: 'invalid' }
        throw error
      }
    },
  }
}

/** One token has one text: no other length, and no bits in the last letters that nobody reads. */
function isCanonical(token: string): boolean {
  if (token.length > 2_000) return false
  const parts = token.split('.')
  return (
    parts.length === 3 &&
    parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
  )
}
