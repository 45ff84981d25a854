import fs from 'node:fs'
import path from 'node:path'
import { damaged } from './folder.ts'

const block = 512
const chunkBytes = 1 << 20

export interface TarEntry {
  readonly name: string
  readonly kind: 'file' | 'directory'
  readonly mode: number
  readonly bytes: number
  /** Its content in pieces, each good until the next one is asked for. To be read to its end. */
  readonly content: Iterable<Buffer>
}

/**
 * Reads a tar of PostgreSQL's piece by piece. It is a plain ustar: short names, files of at most
 * 1 GB. Every byte counts, also those that a manifest does not cover: a header has a checksum of
 * its own, and what fills up a block must be zero.
 */
export function* readTar(file: string): Generator<TarEntry> {
  const handle = fs.openSync(file, 'r')
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let position = 0

  const read = (bytes: number): Buffer => {
    let got = 0
    while (got < bytes) {
      const more = fs.readSync(handle, buffer, got, bytes - got, position + got)
      if (more === 0) throw damaged(file, 'is cut off')
      got += more
    }
    position += bytes
    return buffer.subarray(0, bytes)
  }
  const readZeros = (bytes: number) => {
    if (!read(bytes).every((byte) => byte === 0)) throw damaged(file, 'has bytes changed')
  }
  function* content(bytes: number): Generator<Buffer> {
    for (let left = bytes; left > 0; left -= chunkBytes) yield read(Math.min(left, chunkBytes))
    readZeros((block - (bytes % block)) % block)
  }

  try {
    for (;;) {
      const header = read(block)
      if (header.every((byte) => byte === 0)) {
        readZeros(block)
        return
      }
      const entry = { ...parseHeader(header, file) }
      const end = position + entry.bytes + ((block - (entry.bytes % block)) % block)
      yield { ...entry, content: content(entry.bytes) }
      if (position !== end) throw new Error(`${entry.name} was not read to its end`)
    }
  } finally {
    fs.closeSync(handle)
  }
}

function parseHeader(header: Buffer, file: string): Omit<TarEntry, 'content'> {
  const text = (from: number, to: number) =>
    header.toString('latin1', from, to).split('\0')[0] ?? ''
  const octal = (from: number, to: number) => Number.parseInt(text(from, to).trim(), 8)
  // The checksum counts its own eight bytes as blanks.
  const sum = header.reduce((all, byte, i) => all + (i >= 148 && i < 156 ? 32 : byte), 0)
  if (sum !== octal(148, 156)) throw damaged(file, 'has bytes changed')
  const kind = { '0': 'file', '5': 'directory' } as const
  const type = kind[text(156, 157) as keyof typeof kind]
  const name = path.posix.normalize(header.toString('utf8', 0, 100).split('\0')[0] ?? '')
  if (type === undefined || path.posix.isAbsolute(name) || name.startsWith('..')) {
    throw damaged(file, `holds ${JSON.stringify(name)}, which does not belong there`)
  }
  const bytes = type === 'file' ? octal(124, 136) : 0
  return { name: name.replace(/\/$/, ''), kind: type, mode: octal(100, 108) & 0o777, bytes }
}
