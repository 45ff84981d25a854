import fs from 'node:fs'
import type { ClusterFolder } from '../cluster-folder.ts'
import { writeDurably } from './folder.ts'

/** Where the log of which data folder goes. Not in the data: a restore would bring an old one. */
interface Note {
  readonly dataDir: string
  readonly into: string
}

const noteFile = (folder: ClusterFolder) => folder.at('archive.json')

export function noteArchive(folder: ClusterFolder, into: string | undefined): void {
  if (into === undefined) return fs.rmSync(noteFile(folder), { force: true })
  const note: Note = { dataDir: folder.dir, into }
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

/** Where the log of this very folder goes. */
export function notedArchive(folder: ClusterFolder): string | undefined {
  const note = readNote(folder)
  return note?.dataDir === folder.dir ? note.into : undefined
}

function readNote(folder: ClusterFolder): Note | undefined {
  const file = noteFile(folder)
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Note) : undefined
}

/** A copy of a data folder must not write into the archive of the first one: it would spoil both. */
export function archiveSettings(
  folder: ClusterFolder,
  say: (line: string) => void,
): Record<string, string> {
  const into = notedArchive(folder)
  if (into !== undefined) return archivingInto(into)
  if (readNote(folder) !== undefined) {
    say('This data folder was copied or moved; the next fluence backup archives its log again')
  }
  return notArchiving
}
