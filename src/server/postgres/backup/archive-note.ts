import fs from 'node:fs'
import path from 'node:path'
import type { ClusterFolder } from '../cluster-folder.ts'
import { writeDurably } from './folder.ts'

/** Where the log of which data folder goes. Not in the data: a restore would bring an old one. */
interface Note {
  readonly dataDir: string
  readonly system: string | undefined
  readonly into: string
}

const noteFile = (folder: ClusterFolder) => folder.at('archive.json')

export function noteArchive(folder: ClusterFolder, into: string | undefined): void {
  if (into === undefined) return fs.rmSync(noteFile(folder), { force: true })
  const note: Note = { dataDir: folder.dir, system: identityOf(folder.data)?.system, into }
  writeDurably(noteFile(folder), `${JSON.stringify(note)}\n`)
}

const archivingInto = (dir: string): Record<string, string> => ({
  archive_command: '',
  archive_library: 'basic_archive',
  'basic_archive.archive_directory': dir,
  // So much may be lost with the data folder, and no more.
  archive_timeout: '60s',
})

/** Nothing is kept until the first backup says where to. */
const notArchiving = { archive_command: '/bin/true', archive_library: '', archive_timeout: '0' }

/** Where the log of this very folder, and this very database in it, goes. */
export function notedArchive(folder: ClusterFolder): string | undefined {
  const note = readNote(folder)
  const isMeant = note?.dataDir === folder.dir && note.system === identityOf(folder.data)?.system
  return isMeant ? note.into : undefined
}

/** Which database the data are of, and on which timeline, as pg_control says at its begin. */
export function identityOf(data: string): { system: string; timeline: number } | undefined {
  try {
    const control = fs.readFileSync(path.join(data, 'global/pg_control'))
    return { system: String(control.readBigUInt64LE(0)), timeline: control.readUInt32LE(48) }
  } catch {
    return undefined
  }
}

function readNote(folder: ClusterFolder): Note | undefined {
  const file = noteFile(folder)
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Note) : undefined
}

/** A copy, or a new database in the place of a lost one, would spoil the archive of the first. */
export function archiveSettings(
  folder: ClusterFolder,
  say: (line: string) => void,
): Record<string, string> {
  const into = notedArchive(folder)
  if (into !== undefined) return archivingInto(into)
  if (readNote(folder) !== undefined) {
    say('Copied, moved or new data: their log is not archived until the next fluence backup')
  }
  return notArchiving
}
