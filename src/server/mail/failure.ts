/**
 * Why a mail could not be sent, by a code and nothing else: what servers answer quotes addresses,
 * and what is thrown ends up in logs. A permanent failure is not worth another attempt.
 */
export class MailFailure extends Error {
  readonly code: string
  readonly isPermanent: boolean

  constructor(code: string, { isPermanent }: { readonly isPermanent: boolean }) {
    super(`The mail could not be sent: ${code}.`)
    this.name = 'MailFailure'
    this.code = code
    this.isPermanent = isPermanent
  }
}

/** Whatever the transport threw. Wrong credentials can be mended, so the mail waits for that. */
export function failureOf(error: unknown): MailFailure {
  const { code, responseCode } = Object(error) as { code?: unknown; responseCode?: unknown }
  const status = typeof responseCode === 'number' ? responseCode : 0
  const isAboutTheMail = code === 'EENVELOPE' || code === 'EMESSAGE'
  const isPermanent = isAboutTheMail && status >= 500 && status < 600
  if (status > 0) return new MailFailure(`smtp_${status}`, { isPermanent })
  const known = typeof code === 'string' && /^[A-Z_]{1,30}$/.test(code)
  return new MailFailure(known ? code.toLowerCase() : 'unknown', { isPermanent })
}
