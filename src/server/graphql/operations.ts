import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../../problem.ts'

/** Operations that are known beforehand, by the SHA-256 of their text. */
export type Operations = ReadonlyMap<string, string>

export const none: Operations = new Map()

/**
 * Reads a folder of .graphql files, once, at the start: what is asked for later is looked up in
 * memory, so that no request reaches the disk.
 */
export function readOperations(dir: string | undefined): Operations {
  if (dir === undefined) return none
  if (!fs.existsSync(dir)) {
    throw new Problem(`There is no folder ${dir}.`, 'Set FLUENCE_OPERATIONS to one that is there.')
  }
  const texts = fs
    .readdirSync(dir)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => fs.readFileSync(path.join(dir, name), 'utf8'))
  return new Map(texts.map((text) => [hashOf(text), text]))
}

export const hashOf = (text: string) => crypto.createHash('sha256').update(text).digest('hex')
