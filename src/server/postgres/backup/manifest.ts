import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Account } from '../binaries.ts'
import { type BaseBackup, damaged, manifestOf, tarOf } from './folder.ts'
import { readTar, type TarEntry } from './tar.ts'

export interface Manifest {
  readonly systemIdentifier: string
  readonly timeline: number
  readonly startWal: string
  readonly stopWal: string
  readonly files: Map<string, { readonly bytes: number; readonly sha256: string }>
}

interface ManifestText {
  readonly Files: readonly {
    readonly Path?: string
    readonly 'Encoded-Path'?: string
    readonly Size: number
    readonly 'Checksum-Algorithm'?: string
    readonly Checksum?: string
  }[]
  readonly 'WAL-Ranges': readonly {
    readonly Timeline: number
    readonly 'Start-LSN': string
    readonly 'End-LSN': string
  }[]
}

/** Reads PostgreSQL's backup_manifest. Its last line is a checksum of all lines before. */
export function readManifest(base: { dir: string }): Manifest {
  const file = manifestOf(base)
  const text = readText(file)
  const end = text.lastIndexOf('"Manifest-Checksum"')
  const [, checksum] = /^"Manifest-Checksum": "([0-9a-f]{64})"\}\n?$/.exec(text.slice(end)) ?? []
  const sum = crypto.createHash('sha256').update(text.slice(0, end)).digest('hex')
  if (checksum !== sum) throw damaged(file, 'does not match its own checksum')
  const manifest = JSON.parse(text) as ManifestText
  const range = manifest['WAL-Ranges'].at(-1)
  // Greater than the numbers that JSON.parse can hold.
  const [, systemIdentifier] = /"System-Identifier": (\d+)/.exec(text) ?? []
  if (range === undefined || systemIdentifier === undefined) throw damaged(file, 'is not complete')
  return {
    systemIdentifier,
    timeline: range.Timeline,
    startWal: range['Start-LSN'],
    stopWal: range['End-LSN'],
    files: new Map(
      manifest.Files.map((entry) => [
        entry.Path ?? Buffer.from(entry['Encoded-Path'] ?? '', 'hex').toString(),
        { bytes: entry.Size, sha256: entry.Checksum ?? '' },
      ]),
    ),
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(file, 'is missing')
    throw error
  }
}

export interface CheckOptions {
  /** Also write the files there, as that account's. */
  readonly into?: { readonly dir: string; readonly account: Account | undefined }
  readonly say?: (done: number, all: number) => void
}

/**
 * Reads a base backup from end to end: every file must be in the manifest with its size and SHA-256,
 * and the other way round. What it writes on the way is therefore what it has checked.
 */
export function checkBase(base: BaseBackup, { into, say }: CheckOptions = {}): void {
  const missing = new Map(readManifest(base).files)
  const tar = tarOf(base)
  if (!fs.existsSync(tar)) throw damaged(tar, 'is missing')
  let done = 0
  for (const entry of readTar(tar)) {
    const write = into === undefined ? undefined : writer(entry, into.dir, into.account)
    if (entry.kind === 'directory') continue
    const wanted = missing.get(entry.name)
    if (wanted === undefined) throw damaged(tar, `holds ${entry.name}, which nobody knows`)
    const hash = crypto.createHash('sha256')
    try {
      for (const piece of entry.content) {
        hash.update(piece)
        write?.piece(piece)
        done += piece.length
        say?.(done, base.bytes)
      }
    } finally {
      write?.close()
    }
    if (entry.bytes !== wanted.bytes || hash.digest('hex') !== wanted.sha256) {
      throw damaged(tar, `has changed: ${entry.name} in it does not match its checksum`)
    }
    missing.delete(entry.name)
  }
  const [lost] = missing.keys()
  if (lost !== undefined) throw damaged(tar, `lacks ${lost}`)
}

/** PostgreSQL itself makes all files last before it uses them, so that is not done here. */
function writer(entry: TarEntry, dir: string, account: Account | undefined) {
  const target = path.join(dir, entry.name)
  const own = () => account !== undefined && fs.chownSync(target, account.uid, account.gid)
  if (entry.kind === 'directory') {
    fs.mkdirSync(target, { mode: entry.mode })
    own()
    return undefined
  }
  const handle = fs.openSync(target, 'wx', entry.mode)
  own()
  return {
    piece: (piece: Buffer) => fs.writeFileSync(handle, piece),
    close: () => fs.closeSync(handle),
  }
}
