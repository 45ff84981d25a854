import crypto from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import nodemailer from 'nodemailer'
import type Mailer from 'nodemailer/lib/mailer'

/** Where mails are put that no server takes. */
export const mailFolder = ({ dataDir }: { readonly dataDir: string }) => path.join(dataDir, 'mails')

let count = 0

/** Sorts by time, also within one millisecond. */
function newName(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '')
  count = (count + 1) % 1_000_000
  return `${time}-${String(count).padStart(6, '0')}-${crypto.randomBytes(4).toString('hex')}`
}

/** Puts each mail as a file into a folder, for its owner's eyes only. */
export function outboxIn(dir: string) {
  const composer = nodemailer.createTransport({ streamTransport: true, buffer: true })
  return {
    async sendMail(mail: Mailer.Options): Promise<void> {
      const { message } = await composer.sendMail(mail)
      await ownFolder(dir)
      const file = path.join(dir, newName())
      // Whole or not at all, and through no link that somebody planted.
      await fs.writeFile(`${file}.part`, message as Buffer, { flag: 'wx', mode: 0o600 })
      await fs.rename(`${file}.part`, `${file}.eml`)
    },
  }
}

async function ownFolder(dir: string): Promise<void> {
  await fs.mkdir(dir, { recursive: true, mode: 0o700 })
  // As it stands: a link to a folder is not ours, whoever owns the folder.
  const found = await fs.lstat(dir)
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw Object.assign(new Error('The folder of the mails is not ours.'), { code: 'ENOTOURS' })
  }
  if ((found.mode & 0o777) !== 0o700) await fs.chmod(dir, 0o700)
}
