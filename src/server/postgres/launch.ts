import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import { archiveSettings } from './backup/archive-note.ts'
import { type Account, asAccount, type Binaries } from './binaries.ts'
import {
  createFile,
  type ClusterFolder,
  fullDisk,
  isNearlyFull,
  type Postmaster,
} from './cluster-folder.ts'
import { pause, until } from './processes.ts'

const firstPort = 54_320
const patienceMs = 60_000
const soonMs = 5000

export type Say = (line: string) => void

export interface Server {
  readonly pid: number
  readonly port: number
}

export interface LaunchOptions {
  readonly settings?: Record<string, string>
  readonly say?: Say
  /** The port that clients of a server that is started again know already. */
  readonly port?: number
  /** What else the server must be able to read, beside its own folder. */
  readonly reads?: readonly string[]
}

/** Starts the server on data that are there, or joins one that runs, whoever started it. */
export async function bringUp(
  folder: ClusterFolder,
  binaries: Binaries,
  account: Account | undefined,
  { settings = {}, say = () => {}, ...options }: LaunchOptions,
): Promise<Server> {
  const end = performance.now() + patienceMs
  let port = options.port ?? folder.port() ?? firstPort
  for (;;) {
    const running = await settled(folder, say)
    if (running !== undefined) return { pid: running.pid, port: running.port }
    await clearRemains(folder)
    if (options.port === undefined) port = await freePort(port, settings['listen_addresses'])
    writeConfiguration(folder, binaries, port, settings, say)
    const outcome = await launch(folder, binaries, account, say, options.reads)
    if (typeof outcome === 'number') {
      // Kept, so that addresses that BI tools have saved stay right.
      if (folder.port() !== port) fs.writeFileSync(folder.portFile, `${port}\n`)
      return { pid: outcome, port }
    }
    const lostRace = /could not bind|could not create any TCP/.test(outcome)
    // The processes of a server that was killed may still be letting go of its memory.
    const notYetGone = /pre-existing shared memory block|lock file .* already exists/.test(outcome)
    if ((!lostRace && !notYetGone) || performance.now() > end) throw explainStart(folder, outcome)
    if (!lostRace || options.port !== undefined) await pause(200)
  }
}

/** The running server once it takes connections, or undefined if none runs. */
async function settled(folder: ClusterFolder, say: Say): Promise<Postmaster | undefined> {
  const began = performance.now()
  let told = false
  for (;;) {
    const running = folder.running()
    if (running === undefined || running.status === 'ready') return running
    if (!told && performance.now() - began > soonMs) {
      told = true
      say(`Waiting for PostgreSQL (process ${running.pid}), which is ${running.status}`)
    }
    await pause(20)
  }
}

/**
 * The settings of the house, written anew at each start; ALTER SYSTEM still goes before them.
 * Statements and their values never reach the log: they may hold personal data.
 */
function writeConfiguration(
  folder: ClusterFolder,
  { major }: Binaries,
  port: number,
  settings: Record<string, string>,
  say: Say,
): void {
  // A socket's path has a limit of 107 bytes; without one there is TCP.
  const sockets = Buffer.byteLength(folder.sockets) < 85 ? folder.sockets : ''
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: sockets === '' ? '' : `"${sockets.replaceAll('"', '""')}"`,
    max_connections: '200',
    // For the server and its workers, however many connections database logins hold.
    ...(major >= 16 && { reserved_connections: '50' }),
    shared_buffers: '256MB',
    shared_preload_libraries: 'pg_stat_statements',
    wal_level: 'replica',
    // By themselves these would follow from the size of the log's files, which is small.
    min_wal_size: '80MB',
    max_wal_size: '1GB',
    archive_mode: 'on',
    ...archiveSettings(folder, say),
    log_destination: 'stderr',
    logging_collector: 'on',
    log_directory: folder.logs,
    log_filename: 'postgres-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    log_rotation_size: '0',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_line_prefix: '%m [%p] %q%u@%d %a ',
    ...settings,
  }
  const file = createFile(configurationFile(folder))
  fs.writeSync(file, configurationText(all))
  fs.closeSync(file)
}

export const configurationFile = (folder: ClusterFolder) => path.join(folder.data, 'fluence.conf')

export function configurationText(settings: Record<string, string>): string {
  const quote = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${quote(value)}\n`)
    .join('')
}

/** The same whoever starts it. */
export const serverEnvironment = () => ({
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
})

/** Starts the server; its process number once it takes connections, or what it complained of. */
async function launch(
  folder: ClusterFolder,
  binaries: Binaries,
  account: Account | undefined,
  say: Say,
  reads: readonly string[] = [],
): Promise<number | string> {
  const program = path.join(binaries.bin, 'postgres')
  const command = asAccount(account, [folder.dir, ...reads], program, ['-D', folder.data])
  const log = createFile(folder.startLog)
  const whatItSaid = listen(folder)
  // A session of its own: Ctrl-C in the terminal must not stop it before the server has drained.
  const child = spawn(command.file, command.args, {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: serverEnvironment(),
  })
  fs.closeSync(log)
  child.unref()
  let failure: Error | undefined
  child.once('error', (error) => {
    failure = error
  })
  const hint = setTimeout(
    () => say('PostgreSQL is starting; after a crash it first repeats what was not yet in place'),
    soonMs,
  )
  const ready = await until(Number.POSITIVE_INFINITY, () => {
    if (failure !== undefined || child.exitCode !== null || child.signalCode !== null)
      return 'ended'
    const found = folder.postmaster()
    return found?.pid === child.pid && found?.status === 'ready' && 'ready'
  })
  clearTimeout(hint)
  if (ready === 'ready' && child.pid !== undefined) return child.pid
  return failure?.message ?? whatItSaid()
}

/** What the server says from now on, on its own output and in its logs; not what it said before. */
function listen(folder: ClusterFolder): () => string {
  const files = () => fs.readdirSync(folder.logs).map((name) => folder.at('log', name))
  const before = new Map(files().map((file) => [file, fs.statSync(file).size]))
  const since = (file: string) => {
    const text = fs.readFileSync(file)
    const known = before.get(file) ?? 0
    return text.subarray(known > text.length ? 0 : known).toString()
  }
  return () => files().map(since).join('\n')
}

export function explainStart(folder: ClusterFolder, text: string): Problem {
  const full = /No space left on device|Disk quota exceeded|Check free disk space/i.test(text)
  if (full || isNearlyFull(folder)) return fullDisk(folder)
  if (/Read-only file system/i.test(text))
    return new Problem(
      `The file system of ${folder.dir} is read-only.`,
      'Set FLUENCE_DATA_DIR to a folder that can be written.',
    )
  const fatal = text.split('\n').findLast((line) => /FATAL|PANIC|error/i.test(line))
  return new Problem(
    `PostgreSQL does not start: ${fatal ?? text.trim().split('\n').at(-1) ?? 'no reason given'}.`,
    `See the folder ${folder.logs}.`,
  )
}

/**
 * After a crash, postmaster.pid may name a process that now is somebody else's, or one that is dead
 * and not collected; PostgreSQL then refuses to start, and likewise over the lock of a socket. They
 * may go, but only when no process of the old server is left: that check is what they are for.
 */
export async function clearRemains(folder: ClusterFolder): Promise<void> {
  if (folder.postmaster() !== undefined) {
    const gone = await until(20_000, () => serverProcesses(folder).length === 0)
    if (gone !== true) {
      throw new Problem(
        `Processes of a killed PostgreSQL still work in ${folder.dir}: ${serverProcesses(folder).join(', ')}.`,
        'End them (kill), then start again.',
      )
    }
    fs.rmSync(path.join(folder.data, 'postmaster.pid'), { force: true })
  }
  for (const name of fs.readdirSync(folder.sockets)) {
    fs.rmSync(path.join(folder.sockets, name), { force: true })
  }
}

/** Every process of a server works in its data folder. */
function serverProcesses(folder: ClusterFolder): number[] {
  if (process.platform !== 'linux') return []
  return fs
    .readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return fs.readlinkSync(`/proc/${pid}/cwd`) === folder.data
      } catch {
        return false
      }
    })
}

async function freePort(first: number, addresses = ''): Promise<number> {
  const hosts = new Set(['127.0.0.1', ...addresses.split(',').filter((host) => host !== '')])
  for (let port = first; ; port = port < 65_535 ? port + 1 : 1024) {
    const free: boolean[] = []
    for (const host of hosts) free.push(await isFree(port, host))
    if (!free.includes(false)) return port
  }
}

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}
