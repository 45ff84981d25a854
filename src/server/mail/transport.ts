import net from 'node:net'
import nodemailer from 'nodemailer'
import type { MailFrom } from '../env-mail.ts'
import { isLoopback } from '../http/transport.ts'
import { mailAddress, oneAddress } from './address.ts'
import { failureOf, MailFailure } from './failure.ts'
import { outboxIn } from './outbox.ts'
import type { Letter } from './templates.ts'

export interface Mail extends Letter {
  readonly to: string
  /** The same for each attempt at one mail, so that who gets it twice can tell. */
  readonly id: string
}

export interface Mailer {
  /** Rejects with a MailFailure. */
  send(mail: Mail): Promise<void>
}

export interface MailerOptions {
  readonly from: MailFrom
  /** Takes the mails; without one they are put into the folder. */
  readonly smtpUrl: string | undefined
  readonly outboxDir: string
  /** Certificates to trust beside those of Node, as PEM. */
  readonly ca?: string
}

export function makeMailer({ from, smtpUrl, outboxDir, ca }: MailerOptions): Mailer {
  const transport =
    smtpUrl === undefined ? outboxIn(outboxDir) : nodemailer.createTransport(smtp(smtpUrl, ca))
  return {
    async send({ to, subject, text, id }) {
      const address = oneAddress(to)
      if (!mailAddress.test(address)) throw new MailFailure('bad_address', { isPermanent: true })
      if (!/^[\w.-]{1,100}$/.test(id)) throw new MailFailure('bad_id', { isPermanent: true })
      const [, host = 'localhost'] = from.address.split('@')
      try {
        await transport.sendMail({
          from: { name: from.name, address: from.address },
          to: { name: '', address },
          subject,
          text,
          messageId: `<${id}@${host}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          disableFileAccess: true,
          disableUrlAccess: true,
        })
      } catch (error) {
        throw failureOf(error)
      }
    },
  }
}

/** Nothing leaves this machine in the clear: smtp:// turns to TLS, or the mail is not sent. */
function smtp(text: string, ca: string | undefined) {
  const url = new URL(text)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const secure = url.protocol === 'smtps:'
  const isHere = host === 'localhost' || (net.isIP(host) > 0 && isLoopback(host))
  return {
    host,
    port: Number(url.port || (secure ? 465 : 587)),
    secure,
    requireTLS: !secure && !isHere,
    tls: { minVersion: 'TLSv1.2' as const, ...(ca !== undefined && { ca }) },
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  }
}
