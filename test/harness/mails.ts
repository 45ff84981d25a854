import fs from 'node:fs'
import path from 'node:path'

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** The mails in a folder where they are put that no server takes, the oldest first. */
export function mailsIn(folder: string): Mail[] {
  if (!fs.existsSync(folder)) return []
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.eml'))
  return names.toSorted().map((name) => read(fs.readFileSync(path.join(folder, name), 'latin1')))
}

export const linkIn = ({ text }: Mail) => /https?:\/\/\S+/.exec(text)?.[0]

function read(source: string): Mail {
  const [head = '', ...body] = source.split('\r\n\r\n')
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1] ?? ''
  const whole = body.join('\r\n\r\n')
  const isQuoted = header('content-transfer-encoding') === 'quoted-printable'
  return { to: header('to'), subject: header('subject'), text: isQuoted ? unquote(whole) : whole }
}

function unquote(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, '')
    .replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
