import fs from 'node:fs'
import path from 'node:path'
import { projectDir } from '../env.ts'

/** What each mail has to be told; its words are in worker/mail/<template>.txt. */
export const templates = {
  'confirm-mail': ['name', 'time', 'link', 'minutes'],
  'recover-password': ['name', 'link', 'minutes'],
  invitation: ['inviter', 'organization', 'role', 'link', 'days'],
  'password-changed': ['name', 'time', 'link'],
  'second-factor-changed': ['name', 'time', 'link'],
  'second-factor-removed': ['name', 'time', 'link'],
  'mail-in-use': ['name', 'link'],
  'mail-changed': ['name', 'time'],
  'account-deleted': ['name', 'time'],
  'new-login-notice': ['name', 'time', 'link'],
} as const

export type Template = keyof typeof templates
export type Values<T extends Template> = Readonly<Record<(typeof templates)[T][number], string>>

export interface Letter {
  readonly subject: string
  readonly text: string
}

export const templateDir = path.join(projectDir, 'worker/mail')

export const isTemplate = (name: string): name is Template => Object.hasOwn(templates, name)

export function renderMail<T extends Template>(template: T, values: Values<T>): Letter {
  const file = path.join(templateDir, `${template}.txt`)
  return fillIn(fs.readFileSync(file, 'utf8'), templates[template], values)
}

const placeholder = /\{\{(\w+)\}\}/g

/** The first line is the subject. A placeholder that is unknown, unused or has no value is an error. */
export function fillIn(
  source: string,
  names: readonly string[],
  values: Readonly<Record<string, string>>,
): Letter {
  const used = new Set(Array.from(source.matchAll(placeholder), ([, name]) => name ?? ''))
  const given = new Set(Object.keys(values))
  const declared = new Set(names)
  const odd = [
    ...declared.symmetricDifference(used),
    ...declared.symmetricDifference(given),
    ...names.filter((name) => typeof values[name] !== 'string' || values[name].trim() === ''),
  ]
  if (odd.length > 0) throw new Error(`Placeholders at odds: ${[...new Set(odd)].join(', ')}.`)
  // In one go, so that no value is taken for a template.
  const filled = source.replace(placeholder, (_, name: string) => shown(name, values[name] ?? ''))
  if (/\{\{|\}\}/.test(source.replace(placeholder, ''))) throw new Error('A placeholder is broken.')
  const [subject = '', blank, ...body] = filled.split('\n')
  if (subject.trim() === '' || blank !== '') throw new Error('A mail begins with its subject.')
  return { subject, text: body.join('\n') }
}

function shown(name: string, value: string): string {
  if (name !== 'link') return harmless(value)
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error('A link is no address.')
  return url.href
}

/** Turn the direction of what follows, are not seen, or begin a line: none belongs to a name. */
const disguises =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]|[\u{E0000}-\u{E007F}]/gu

/**
 * What people call themselves, as one short line in which mail programs find no link: else anybody
 * could have us send theirs to whomever they like.
 */
export function harmless(text: string): string {
  const line = text
    .slice(0, 1_000)
    .toWellFormed()
    .replace(disguises, ' ')
    .replaceAll('://', ' ')
    .replace(/\.(?=\p{L})/gu, '. ')
    .replaceAll('@', ' at ')
    .replace(/\s+/g, ' ')
    .trim()
  return [...line].slice(0, 200).join('') || '-'
}
