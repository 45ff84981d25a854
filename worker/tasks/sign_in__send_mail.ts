import { readEnv } from '../../src/server/env.ts'
import { newOpaque, type OpaqueKind, sha256Of } from '../../src/server/identity/opaque.ts'
import { MailFailure } from '../../src/server/mail/failure.ts'
import { mailFolder } from '../../src/server/mail/outbox.ts'
import { isTemplate, renderMail, templates } from '../../src/server/mail/templates.ts'
import { type Mailer, makeMailer } from '../../src/server/mail/transport.ts'
import { code, id, object } from '../../src/server/worker/payloads.ts'
import { eventTask } from '../../src/server/worker/tasks.ts'

/** What a link of a mail leads to, and by which kind of token. */
const doors: Readonly<Record<string, { readonly to: string; readonly kind: OpaqueKind }>> = {
  'confirm-mail': { to: 'confirm', kind: 'mailConfirmation' },
  'recover-password': { to: 'recover', kind: 'passwordRecovery' },
  invitation: { to: 'invitation', kind: 'invitation' },
}

interface Taken {
  readonly address: string
  readonly name: string | null
  readonly template: string
  readonly organization_name: string | null
  readonly role: string | null
  readonly inviter: string | null
  readonly wanted_at: Date
  readonly expires_at: Date | null
}

let mailer: Mailer | undefined

/** Sends a mail. Its token is made now: it is nowhere but in the mail, and its hash in the database. */
export default eventTask(
  'mail.wanted',
  object({ mail_id: id, template: code }),
  async ({ id: eventId, payload: { mail_id, template } }, sql, { home, log }) => {
    const door = doors[template]
    const token = newOpaque(door?.kind ?? 'mailConfirmation')
    const [mail] = (await sql('select * from app_private.take_mail($1, $2)', [
      mail_id,
      sha256Of(token),
    ])) as Taken[]
    let failure: string | null = null
    if (mail !== undefined) {
      mailer ??= openMailer()
      const link = `${home}/account${door === undefined ? '' : `#${door.to}=${token}`}`
      try {
        await mailer.send({ to: mail.address, id: `mail-${mail_id}`, ...letterOf(mail, link) })
      } catch (error) {
        // Anybody can register with an address that takes nothing: no work for an operator.
        if (!(error instanceof MailFailure && error.isPermanent)) throw error
        failure = error.code
        log.warn('A mail can never be delivered.', { event: eventId, code: failure })
      }
    }
    await sql('select app_private.settle_mail($1, $2, $3)', [eventId, mail_id, failure])
  },
)

function openMailer(): Mailer {
  const env = readEnv()
  return makeMailer({ from: env.mailFrom, smtpUrl: env.smtpUrl, outboxDir: mailFolder(env) })
}

function letterOf(mail: Taken, link: string) {
  const { template, wanted_at, expires_at } = mail
  if (!isTemplate(template)) throw new Error(`there is no template ${template}`)
  const left = (expires_at?.getTime() ?? Date.now()) - Date.now()
  const all: Record<string, string> = {
    link,
    name: mail.name ?? '-',
    time: `${wanted_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    minutes: String(Math.round(left / 60_000)),
    days: String(Math.round(left / 86_400_000)),
    organization: mail.organization_name ?? '-',
    role: (mail.role ?? '-').replaceAll('_', ' '),
    inviter: mail.inviter ?? 'An admin',
  }
  const values = Object.fromEntries(templates[template].map((name) => [name, all[name] ?? '-']))
  return renderMail(template, values as never)
}
