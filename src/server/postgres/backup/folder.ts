import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../../../problem.ts'
import type { Account } from '../binaries.ts'
import { createFile } from '../cluster-folder.ts'
import { realPath } from '../cluster-folder.ts'

/** What backup.json tells of a base backup: all that is not in PostgreSQL's own manifest. */
export interface BaseNote {
  readonly label: string
  readonly startedAt: string
  /** Every moment after this one can be restored from it. */
  readonly finishedAt: string
  /** The server's version, for example 18.4. */
  readonly server: string
  readonly systemIdentifier: string
  readonly timeline: number
  readonly startWal: string
  readonly stopWal: string
  readonly walSegmentBytes: number
  /** Of base.tar. */
  readonly bytes: number
}

export interface BaseBackup extends BaseNote {
  readonly name: string
  readonly dir: string
}

/** Each restore begins a timeline; the old data that it moved aside may be put back, too. */
export interface TimelineNote {
  readonly timeline: number
  readonly since: string
}

export const tarOf = (base: { dir: string }) => path.join(base.dir, 'base.tar')
export const manifestOf = (base: { dir: string }) => path.join(base.dir, 'backup_manifest')
export const noteOf = (base: { dir: string }) => path.join(base.dir, 'backup.json')

const completeName = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/

/** A moment as the name of a folder. */
export const nameOf = (moment: Date) => `${moment.toISOString().slice(0, 19).replaceAll(':', '-')}Z`

/** Where things are in a folder of backups. The name of an unfinished base begins with a dot. */
export class BackupFolder {
  readonly dir: string

  constructor(dir: string) {
    this.dir = realPath(path.resolve(dir))
  }

  get wal() {
    return path.join(this.dir, 'wal')
  }
  get bases() {
    return path.join(this.dir, 'base')
  }

  base = (name: string) => path.join(this.bases, name)
  unfinished = (name: string) => path.join(this.bases, `.${name}.unfinished`)

  /** Which timeline was the database's since when, oldest first; no notes if they are lost. */
  timelines(): TimelineNote[] {
    const file = this.#timelineNotes
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as TimelineNote[]) : []
  }

  /** A timeline is the database's from now on, if it is not so already. */
  noteTimeline(timeline: number, options: { isNew?: boolean } = {}): void {
    // A restore that was killed may have noted the same number, and then was not put in place.
    const notes = this.timelines().filter((note) => !options.isNew || note.timeline !== timeline)
    if (notes.at(-1)?.timeline === timeline) return
    const all = [...notes, { timeline, since: new Date().toISOString() }]
    writeDurably(this.#timelineNotes, `${JSON.stringify(all, null, 2)}\n`)
  }

  get #timelineNotes() {
    return path.join(this.dir, 'timelines.json')
  }

  /** The complete base backups, oldest first, and those whose backup.json cannot be read. */
  list(): { bases: BaseBackup[]; unreadable: string[] } {
    const bases: BaseBackup[] = []
    const unreadable: string[] = []
    for (const name of namesIn(this.bases)
      .filter((found) => completeName.test(found))
      .toSorted()) {
      const dir = this.base(name)
      try {
        bases.push({ name, dir, ...readNote(noteOf({ dir })) })
      } catch {
        unreadable.push(noteOf({ dir }))
      }
    }
    return { bases, unreadable }
  }
}

function readNote(file: string): BaseNote {
  const note = JSON.parse(fs.readFileSync(file, 'utf8')) as BaseNote
  if (!(Date.parse(note.finishedAt) > 0 && note.walSegmentBytes > 0)) throw new Error('incomplete')
  return note
}

export function namesIn(dir: string): string[] {
  try {
    return fs.readdirSync(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Makes the folder, so that the server's account can write into it. */
export function prepareBackupFolder(folder: BackupFolder, account: Account | undefined): void {
  // Readable for the account, whatever the umask: what is secret lies in the two folders below.
  if (fs.mkdirSync(folder.dir, { recursive: true }) !== undefined) fs.chmodSync(folder.dir, 0o755)
  for (const dir of [folder.wal, folder.bases]) {
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
    if (account !== undefined) fs.chownSync(dir, account.uid, account.gid)
  }
}

export function damaged(file: string, how: string): Problem {
  return new Problem(
    `The backup is damaged: ${file} ${how}.`,
    'fluence backup --verify lists all that is damaged. A base backup that you move away is not used: an older one and the WAL give the same data.',
  )
}

/** Written so that it is whole or not there, also after a power failure. */
export function writeDurably(file: string, text: string): void {
  const temporary = `${file}.${process.pid}`
  const handle = createFile(temporary)
  fs.writeFileSync(handle, text, { flush: true })
  fs.closeSync(handle)
  fs.renameSync(temporary, file)
  syncFolder(path.dirname(file))
}

/** Makes names in a folder last. */
export function syncFolder(dir: string): void {
  const handle = fs.openSync(dir, 'r')
  try {
    fs.fsyncSync(handle)
  } finally {
    fs.closeSync(handle)
  }
}
