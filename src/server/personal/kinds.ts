import { domainToASCII } from 'node:url'

export type KindName = 'name' | 'mail' | 'phone' | 'address'

/** Why a value is none of its kind. A word, never the value. */
export type Fault = 'missing' | 'too_long' | 'malformed'

/** What personal data of one kind are like. Each function takes a text that was tidied. */
export interface Kind {
  /** What is hashed and compared: the same for all spellings of one thing. */
  normalise(text: string): string
  fault(text: string): Fault | undefined
  /** What people see who may not see it: who it is cannot be told from it. */
  mask(text: string): string
}

/** What is stored of what people give: trimmed, and in one form of Unicode. */
export const tidy = (text: string): string =>
  text.normalize('NFC').replaceAll(/\r\n?/g, '\n').replaceAll('\t', ' ').trim()

const hidden = '***'

const faultOf = (text: string, most: number, shape: RegExp): Fault | undefined => {
  if (text === '') return 'missing'
  // Counted as PostgreSQL counts.
  if (text.length > most && [...text].length > most) return 'too_long'
  return text.isWellFormed() && shape.test(text) ? undefined : 'malformed'
}

const oneLine = /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u
const manyLines = /^[^\p{Cc}]+(\n[^\p{Cc}]*)*$/u
const mailShape =
  /^(?=.{1,64}@)[^\s\p{Cc}\p{Cf}@"(),:;<>[\\\]]+@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}.-]*[\p{L}\p{M}\p{N}])?\.[\p{L}\p{M}\p{N}-]{2,}$/u
const phoneShape = /^\+?[\d\s()./-]+$/

const words = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()

const digitsOf = (text: string) => text.normalize('NFKC').replaceAll(/\D/g, '')

/** The first letter, unless it would be all of it. */
const initial = (text: string) => {
  const [first = '', ...more] = text
  return more.length === 0 ? '' : first
}

export const kinds: Readonly<Record<KindName, Kind>> = {
  name: {
    normalise: words,
    fault: (text) => faultOf(text, 50, oneLine),
    mask: (text) => `${initial(text)}${hidden}`,
  },
  mail: {
    normalise(text) {
      const at = text.lastIndexOf('@')
      const domain = text.slice(at + 1)
      const local = text.slice(0, at).normalize('NFKC').toLowerCase().normalize('NFC')
      return `${local}@${domainToASCII(domain) || domain.toLowerCase()}`
    },
    // A column of 255 could not be addressed beyond 254 (RFC 5321).
    fault: (text) =>
      faultOf(text, 254, mailShape) ??
      (/\.\.|^\.|\.@|@.*-\.|@.*\.-/.test(text) || domainToASCII(domainOf(text)) === ''
        ? 'malformed'
        : undefined),
    mask: (text) => `${initial(text.slice(0, text.lastIndexOf('@')))}${hidden}@${hidden}`,
  },
  phone: {
    /** Whoever writes 00 for + means the same; whether a number without either is, nobody knows. */
    normalise(text) {
      const digits = digitsOf(text)
      return /^\s*\+/.test(text.normalize('NFKC')) ? `+${digits}` : digits.replace(/^00/, '+')
    },
    // At most 15 digits, as E.164 has it; what stands between them does not count.
    fault(text) {
      const plain = text.normalize('NFKC')
      const digits = digitsOf(text).length
      return (
        faultOf(plain, 40, phoneShape) ??
        (digits > 15 ? 'too_long' : digits < 3 ? 'malformed' : undefined)
      )
    },
    mask: (text) => `${hidden}${digitsOf(text).slice(3).slice(-2)}`,
  },
  address: {
    normalise: words,
    fault: (text) => faultOf(text, 1000, manyLines),
    mask: () => hidden,
  },
}

const domainOf = (mail: string) => mail.slice(mail.lastIndexOf('@') + 1)
