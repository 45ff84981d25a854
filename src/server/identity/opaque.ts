import crypto from 'node:crypto'

/** What each prefix says, to people and to programs that look for leaked secrets. */
const prefixes = {
  session: 'fls_',
  challenge: 'flx_',
  refresh: 'flr_',
  apiKey: 'flk_',
  mailConfirmation: 'flc_',
  passwordRecovery: 'flp_',
  invitation: 'fli_',
} as const

export type OpaqueKind = keyof typeof prefixes

/** 256 random bits: nobody guesses one, so a plain SHA-256 of it may be stored. */
export const newOpaque = (kind: OpaqueKind): string =>
  prefixes[kind] + crypto.randomBytes(32).toString('base64url')

export function isOpaque(kind: OpaqueKind, text: string): boolean {
  const prefix = prefixes[kind]
  return text.startsWith(prefix) && /^[\w-]{43}$/.test(text.slice(prefix.length))
}

/** What is stored of a token and looked for, as 32 bytes. */
export const sha256Of = (text: string): Buffer =>
  crypto.createHash('sha256').update(text, 'utf8').digest()
