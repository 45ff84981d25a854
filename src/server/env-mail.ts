import { Problem } from '../problem.ts'
import { mailAddress, oneAddress } from './mail/address.ts'
import { refuse, type Setting } from './setting.ts'

export interface MailFrom {
  readonly name: string
  readonly address: string
}

/** fluence@shop.example, or: Fluence <fluence@shop.example> */
function senderIn(text: string): MailFrom | undefined {
  const [, name = '', inside, alone] = /^(?:([^<>"\p{C}]*?)\s*<([^<>]+)>|(.+))$/u.exec(text) ?? []
  const address = oneAddress(inside ?? alone ?? '')
  return mailAddress.test(address) ? { name: name || 'Fluence', address } : undefined
}

/** The settings of mail. */
export const mailSettings = {
  smtpUrl: {
    name: 'SMTP_URL',
    about: 'Server that takes mails: smtps://user:password@host, or smtp:// with STARTTLS',
    unset: 'mails are put as files into the data folder',
    secret: true,
    parse(text) {
      if (text === undefined) return undefined
      const url = URL.canParse(text) ? new URL(text) : undefined
      const isGood =
        url !== undefined &&
        /^smtps?:$/.test(url.protocol) &&
        url.hostname !== '' &&
        /^\/?$/.test(url.pathname + url.search + url.hash) &&
        (url.username === '') === (url.password === '') &&
        [url.username, url.password].every((part) => !/%(?![\da-f]{2})/i.test(part))
      if (isGood) return url.href
      throw new Problem(
        'SMTP_URL is not the address of a mail server.',
        'Write it as smtps://user:password@host or smtp://user:password@host:587; in the password, %40 stands for @, %3A for :, %2F for / and %25 for %.',
      )
    },
  } satisfies Setting<string | undefined>,
  mailFrom: {
    name: 'MAIL_FROM',
    about: 'Who mails come from, for example Fluence <fluence@shop.example>',
    unset: 'Fluence <fluence@localhost>',
    parse(text): MailFrom {
      if (text === undefined) return { name: 'Fluence', address: 'fluence@localhost' }
      return senderIn(text) ?? refuse('MAIL_FROM', '...', 'an address: Fluence <me@shop.example>')
    },
  } satisfies Setting<MailFrom>,
}
