import crypto from 'node:crypto'
import encodeQr from 'qr'
import { base32 } from './base32.ts'

/** As authenticator apps take it for granted: SHA-1, 6 digits, 30 seconds (RFC 6238). */
const digits = 6
const secondsPerStep = 30
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** As long as the hash, as RFC 4226 advises. */
export const newTotpSecret = (): Buffer => crypto.randomBytes(20)

/** For people who cannot scan the picture. */
export const totpSecretText = (secret: Uint8Array): string => base32(secret, alphabet)

export const stepAt = (now: Date): number => Math.floor(now.getTime() / 1000 / secondsPerStep)

export function codeAt(step: number, secret: Uint8Array): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = crypto.createHmac('sha1', secret).update(counter).digest()
  const offset = mac.readUInt8(mac.length - 1) & 15
  const number = mac.readUInt32BE(offset) & 0x7f_ff_ff_ff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/**
 * The time step that a code is of, the latest if it is of several; one step of drift is allowed.
 * A code works once: the caller refuses a step that is not later than the last one taken.
 */
export function stepOf(code: string, secret: Uint8Array, now: Date): number | undefined {
  const typed = code.length <= 20 ? code.replace(/[\s-]/g, '') : ''
  if (!/^[0-9]{6}$/.test(typed)) return undefined
  const current = stepAt(now)
  // All three are always compared, each in constant time.
  const matching = [current - 1, current, current + 1]
    .filter((step) => step >= 0)
    .filter((step) => crypto.timingSafeEqual(Buffer.from(codeAt(step, secret)), Buffer.from(typed)))
  return matching.at(-1)
}

/** What an authenticator app reads from the picture. The account is what people see it under. */
export function totpUri(secret: Uint8Array, issuer: string, account: string): string {
  // A colon parts the issuer from the account.
  const [from, to] = [issuer, account].map((text) =>
    encodeURIComponent(text.toWellFormed().replaceAll(':', ' ')),
  )
  const parameters = [
    `secret=${totpSecretText(secret)}`,
    `issuer=${from}`,
    'algorithm=SHA1',
    `digits=${digits}`,
    `period=${secondsPerStep}`,
  ]
  return `otpauth://totp/${from}:${to}?${parameters.join('&')}`
}

/** A QR code as SVG, with nothing in it that runs or loads. */
export const qrSvg = (text: string): string => encodeQr(text, 'svg', { ecc: 'medium', border: 4 })
