import { domainToASCII } from 'node:url'

/** The signs by which lists, comments, routes and quotes are written. */
const signs = '<>()\\[\\]\\\\,;:"@'

/** What is not seen, fills a place or turns the direction; private signs, and wide and narrow forms. */
const hidden =
  '\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5' +
  '\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\u3164\\ud800-\\uf8ff' +
  '\\ufe00-\\ufe0f\\ufeff-\\uffff\\u{e0000}-\\u{10ffff}'

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'

/**
 * One address that a mail can be sent to, its domain in ASCII and by name. The domain mail_address of
 * the database has the same rule: what one of them takes, the other one takes.
 */
export const mailAddress = new RegExp(
  `^(?=[^]{1,254}$)(?!\\.|[^]*\\.[.@]|[^]*[.@][0-9]+$)[^${hidden}${signs}]{1,64}@(?:${label}\\.)*${label}$`,
  'u',
)

/**
 * One mailbox has one text: the domain as the net knows it, and no letter in two forms. Capitals that
 * are not ASCII are written small here, where that is the same on every machine; ASCII by SQL, in the
 * key alone. What is no address stays what it is, for SQL to refuse.
 */
export function oneAddress(text: string): string {
  const whole = text.trim()
  const at = whole.lastIndexOf('@')
  if (at < 0 || whole.length > 500) return text
  const local = whole
    .slice(0, at)
    .normalize('NFC')
    .replace(/[^\0-\x7F]+/g, (letters) => letters.toLowerCase())
  const domain = whole.slice(at + 1).replace(/\.$/, '')
  // It would undo percent signs, and cut off what looks like the rest of a link.
  const isName = /^[^\s%/\\?#:@[\]]+$/.test(domain)
  return `${local.normalize('NFC')}@${(isName && domainToASCII(domain)) || domain}`
}
