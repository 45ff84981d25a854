import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import { operations as ofAccountPage } from '../account-page/operations.js'

/** Operations that are known beforehand, by the SHA-256 of their text. */
export type Operations = ReadonlyMap<string, string>

export const none: Operations = new Map()

/**
 * Those of our own page, and of a folder of .graphql files. It is read once, at the start: what is
 * asked for later is looked up in memory, so that no request reaches the disk.
 */
export function readOperations(dir: string | undefined): Operations {
  const texts = [...Object.values(ofAccountPage), ...textsIn(dir)]
  return new Map(texts.map((text) => [hashOf(text), text]))
}

function textsIn(dir: string | undefined): string[] {
  if (dir === undefined) return []
  if (!fs.existsSync(dir)) {
    throw new Problem(`There is no folder ${dir}.`, 'Set FLUENCE_OPERATIONS to one that is there.')
  }
  return fs
    .readdirSync(dir)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => fs.readFileSync(path.join(dir, name), 'utf8'))
}

export const hashOf = (text: string) => crypto.createHash('sha256').update(text).digest('hex')
