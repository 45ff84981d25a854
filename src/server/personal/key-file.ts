import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { syncFolder } from '../postgres/backup/folder.ts'
import { MasterKeyMissing } from './faults.ts'
import { type MasterKey, readMasterKey } from './master-key.ts'

export const keyFileIn = (dataDir: string) => path.join(dataDir, 'master.key')

/** Undefined where there is no such file. */
export function readKeyFile(file: string): MasterKey | undefined {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const key = readMasterKey(text.trim())
  if (key !== undefined) return key
  throw new MasterKeyMissing(
    `There is no master key in ${file}.`,
    'Put back a copy of it; without one, personal data cannot be read.',
  )
}

/** For its owner alone, whole or not at all; where another process was quicker, its key stays. */
export function makeKeyFile(file: string): void {
  const draft = `${file}.${process.pid}`
  fs.rmSync(draft, { force: true })
  fs.writeFileSync(draft, `${crypto.randomBytes(32).toString('base64')}\n`, {
    flag: 'wx',
    mode: 0o600,
    flush: true,
  })
  try {
    fs.linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    fs.rmSync(draft)
  }
  syncFolder(path.dirname(file))
}

/** Whether others than its owner may read it. */
export const isOpenToOthers = (file: string): boolean =>
  fs.existsSync(file) && (fs.statSync(file).mode & 0o077) !== 0
