import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import type { Account } from './binaries.ts'
import { commandLine, isAlive } from './processes.ts'

/** The one database of an embedded server that is for others than its superuser. */
export const embeddedDatabase = 'fluence'

/** A server process as its postmaster.pid tells of it. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly status: string
}

/** Where things are in a data folder. */
export class ClusterFolder {
  readonly dir: string

  constructor(dir: string) {
    this.dir = realPath(path.resolve(dir))
  }

  at = (...names: string[]) => path.join(this.dir, ...names)

  get data() {
    return this.at('postgres')
  }
  get sockets() {
    return this.at('socket')
  }
  get logs() {
    return this.at('log')
  }
  get startLog() {
    return this.at('log', 'start.log')
  }
  get holders() {
    return this.at('run', 'holders')
  }
  /** Held by whoever starts or stops the server. */
  get starting() {
    return this.at('run', 'starting')
  }
  /** What the server needs to let other machines in. */
  get outside() {
    return this.at('outside')
  }
  get passwordFile() {
    return this.at('superuser.password')
  }
  get portFile() {
    return this.at('port')
  }
  get exists() {
    return fs.existsSync(path.join(this.data, 'PG_VERSION'))
  }

  /** How large each file of the write-ahead log is: that never changes. */
  get segmentBytes(): number | undefined {
    try {
      const dir = path.join(this.data, 'pg_wal')
      const segment = fs.readdirSync(dir).find((name) => /^[0-9A-F]{24}$/.test(name))
      return segment === undefined ? undefined : fs.statSync(path.join(dir, segment)).size
    } catch {
      // One that was just taken away, or no data yet.
      return undefined
    }
  }

  password(): string | undefined {
    return read(this.passwordFile)?.trim()
  }

  /** A name for data that a restore moves aside; sorts by the moment. */
  aside = (name: string) => `${this.data}.before-restore-${name}`

  /** What the last restore moved aside, if it is still there. */
  setAside(): string | undefined {
    const begin = path.basename(this.aside(''))
    const all = fs.existsSync(this.dir) ? fs.readdirSync(this.dir) : []
    const found = all.filter((name) => name.startsWith(begin))
    return found.length === 0 ? undefined : this.at(found.toSorted().at(-1) ?? '')
  }

  /** The port that BI tools have saved: kept from start to start. */
  port(): number | undefined {
    const port = Number(read(this.portFile))
    return port > 0 && port < 65_536 ? port : undefined
  }

  /** What postmaster.pid says, whether or not that process lives. */
  postmaster(): Postmaster | undefined {
    const lines = read(path.join(this.data, 'postmaster.pid'))?.split('\n')
    if (lines === undefined) return undefined
    return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim() }
  }

  /** The server, if it runs: alive and really PostgreSQL on this folder. */
  running(): Postmaster | undefined {
    const found = this.postmaster()
    if (found === undefined || !isAlive(found.pid)) return undefined
    const line = commandLine(found.pid)
    return line.includes('postgres') && line.includes(this.data) ? found : undefined
  }
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** A folder goes by one name, also where links lead to it: its processes are found by the name. */
export function realPath(dir: string): string {
  try {
    return fs.realpathSync(dir)
  } catch {
    const above = path.dirname(dir)
    return above === dir ? dir : path.join(realPath(above), path.basename(dir))
  }
}

/** Makes the folder, and tells at once, and in our words, that it is full or read-only. */
export function prepareFolder(folder: ClusterFolder, account: Account | undefined): void {
  refuseOthersData(folder, account)
  for (const dir of [folder.holders, folder.sockets, folder.logs]) makeFolder(dir)
  const probe = folder.at('run', `probe.${process.pid}`)
  try {
    fs.writeFileSync(probe, Buffer.alloc(1 << 20))
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? fullDisk(folder, error) : error
  } finally {
    fs.rmSync(probe, { force: true })
  }
  if (account !== undefined) {
    fs.chownSync(folder.sockets, account.uid, account.gid)
    fs.chownSync(folder.logs, account.uid, account.gid)
  }
}

/** Before anything is written: root would otherwise take the folder away from the one who owns it. */
function refuseOthersData(folder: ClusterFolder, account: Account | undefined): void {
  if (!folder.exists) return
  const { uid } = fs.statSync(folder.data)
  if (uid === (account?.uid ?? process.getuid?.())) return
  throw new Problem(
    `The data in ${folder.dir} belong to the user ${uid}.`,
    'Start as that user, or set FLUENCE_DATA_DIR to another folder.',
  )
}

/**
 * A file that we write where PostgreSQL's account may write too: always a new one, so that a link
 * that was planted there leads us nowhere. Answers the open file.
 */
export function createFile(file: string, mode = 0o644): number {
  fs.rmSync(file, { force: true })
  return fs.openSync(file, 'wx', mode)
}

/** Where the folder above cannot be written, Node says only that this one is not there. */
export function makeFolder(dir: string): void {
  if (fs.existsSync(dir) && fs.statSync(dir).isDirectory()) return
  const above = path.dirname(dir)
  // One level at a time: asked for several, Node never ends where the first cannot be made.
  makeFolder(above)
  try {
    fs.mkdirSync(dir)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Another process may just have made it.
    if (code === 'EEXIST' && fs.statSync(dir).isDirectory()) return
    if (code !== 'ENOENT') throw error
    fs.accessSync(above, fs.constants.W_OK)
    throw new Problem(`The folder ${dir} cannot be made.`, 'Set FLUENCE_DATA_DIR to another one.', {
      cause: error,
    })
  }
}

export const fullDisk = (folder: ClusterFolder, cause?: unknown) =>
  new Problem(`The disk under ${folder.dir} is full.`, 'Free some space and start again.', {
    cause,
  })

/** What PostgreSQL takes where nobody says how large the files of its log are to be. */
const usualSegmentBytes = 16 << 20

/** Where PostgreSQL ends for want of space, we see nothing but a broken connection. */
export function isNearlyFull(folder: ClusterFolder): boolean {
  try {
    const { bavail, bsize } = fs.statfsSync(folder.dir)
    // PostgreSQL ends if the next file of its log does not fit.
    return bavail * bsize < (folder.segmentBytes ?? usualSegmentBytes) + (1 << 20)
  } catch {
    return false
  }
}
