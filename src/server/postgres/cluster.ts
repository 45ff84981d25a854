import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import {
  type Account,
  asAccount,
  type Binaries,
  embeddedBinaries,
  serverAccount,
} from './binaries.ts'
import { isAlive, pause, ProcessFile, until } from './processes.ts'

/** A PostgreSQL server of our own, running in a folder of ours. */
export interface Cluster {
  readonly folder: ClusterFolder
  readonly port: number
  readonly major: number
  readonly password: string
  url(database: string, user?: string, password?: string): string
  /** Leaves it. Whoever leaves last stops the server; one that is killed is replaced by a keeper. */
  stop(): Promise<void>
}

export interface ClusterOptions {
  readonly dir: string
  readonly binaries?: Binaries
  /** Settings for postgresql.conf beside those of the house. */
  readonly settings?: Record<string, string>
  readonly say?: (line: string) => void
  /** Start the server again when it dies while we use it. */
  readonly supervise?: boolean
}

/** Where things are in a data folder. */
export class ClusterFolder {
  readonly dir: string

  constructor(dir: string) {
    this.dir = path.resolve(dir)
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
  get passwordFile() {
    return this.at('superuser.password')
  }
  get portFile() {
    return this.at('port')
  }
  get exists() {
    return fs.existsSync(path.join(this.data, 'PG_VERSION'))
  }

  password(): string | undefined {
    try {
      return fs.readFileSync(this.passwordFile, 'utf8').trim()
    } catch {
      return undefined
    }
  }

  /** The port that BI tools have saved: kept from start to start. */
  port(): number | undefined {
    try {
      return Number(fs.readFileSync(this.portFile, 'utf8')) || undefined
    } catch {
      return undefined
    }
  }

  /** What postmaster.pid says, whether or not that process lives. */
  postmaster(): { pid: number; port: number; status: string } | undefined {
    try {
      const lines = fs.readFileSync(path.join(this.data, 'postmaster.pid'), 'utf8').split('\n')
      return {
        pid: Number(lines[0]),
        port: Number(lines[3]),
        status: (lines[7] ?? '').trim(),
      }
    } catch {
      return undefined
    }
  }

  /** The server, if it runs: alive and really PostgreSQL on this folder. */
  running(): { pid: number; port: number; status: string } | undefined {
    const found = this.postmaster()
    if (found === undefined || !isAlive(found.pid)) return undefined
    const ps = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(found.pid)], {
      encoding: 'utf8',
    })
    return ps.stdout.includes('postgres') && ps.stdout.includes(this.data) ? found : undefined
  }
}

const startSeconds = 60
const firstPort = 54_320

/** Starts the server in a folder, makes the folder first where it is new, or joins one that runs. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = new ClusterFolder(options.dir)
  const binaries = options.binaries ?? embeddedBinaries()
  const account = serverAccount()
  prepareFolder(folder, account)
  checkVersion(folder, binaries)

  const holder = new ProcessFile(folder.at('run', 'holders', String(process.pid)))
  holder.take()
  const starting = new ProcessFile(folder.at('run', 'starting'))
  try {
    const free = await until(startSeconds * 1000, () => starting.take())
    if (free !== true) {
      throw new Problem(
        `Another process has been starting the database in ${folder.dir} for a minute.`,
        'See log/start.log there, end that process and start again.',
      )
    }
    const launch = () => bringUp(folder, binaries, account, options)
    let server = await launch()
    let keeper = startKeeper(folder)
    let leaving = false

    const watch = async () => {
      for (;;) {
        await until(Number.POSITIVE_INFINITY, async () => {
          await pause(250)
          return leaving || !isAlive(server.pid)
        })
        if (leaving) return
        options.say?.('PostgreSQL ended unexpectedly; starting it again.')
        keeper.dismiss()
        try {
          server = await launch()
          keeper = startKeeper(folder)
          options.say?.('PostgreSQL is back.')
        } catch (error) {
          options.say?.(`PostgreSQL does not start: ${(error as Error).message}`)
          await pause(2000)
        }
      }
    }
    if (options.supervise) void watch()

    const password = folder.password() ?? ''
    return {
      folder,
      port: server.port,
      major: binaries.major,
      password,
      url: (database, user = 'postgres', secret = password) =>
        `postgres://${user}:${encodeURIComponent(secret)}@127.0.0.1:${server.port}/${database}`,
      async stop() {
        leaving = true
        holder.release()
        keeper.dismiss()
        if (!othersHold(folder)) await shutDown(server.pid)
      },
    }
  } catch (error) {
    holder.release()
    throw error
  } finally {
    starting.release()
  }
}

function prepareFolder(folder: ClusterFolder, account: Account | undefined): void {
  fs.mkdirSync(folder.holders, { recursive: true })
  fs.mkdirSync(folder.sockets, { recursive: true })
  fs.mkdirSync(folder.logs, { recursive: true })
  // Tells a full or read-only folder now, in our words, instead of later in PostgreSQL's.
  const probe = folder.at('run', `probe.${process.pid}`)
  fs.writeFileSync(probe, Buffer.alloc(1 << 20))
  fs.rmSync(probe)
  if (account !== undefined) {
    fs.chownSync(folder.sockets, account.uid, account.gid)
    fs.chownSync(folder.logs, account.uid, account.gid)
  }
}

function checkVersion(folder: ClusterFolder, binaries: Binaries): void {
  if (!folder.exists) return
  const major = Number(fs.readFileSync(path.join(folder.data, 'PG_VERSION'), 'utf8'))
  if (major === binaries.major) return
  throw new Problem(
    `The data in ${folder.dir} were written by PostgreSQL ${major}, and this release of Fluence brings PostgreSQL ${binaries.major}.`,
    major > binaries.major
      ? 'They are of a newer version: update Fluence (git pull), or set FLUENCE_DATA_DIR to another folder.'
      : 'Move them with pg_dump and the older release, or set FLUENCE_DATA_DIR to another folder.',
  )
}

interface Server {
  readonly pid: number
  readonly port: number
}

async function bringUp(
  folder: ClusterFolder,
  binaries: Binaries,
  account: Account | undefined,
  options: ClusterOptions,
): Promise<Server> {
  const joined = await joinRunning(folder)
  if (joined !== undefined) return joined
  if (!folder.exists) createData(folder, binaries, account, options)
  await clearRemains(folder)
  const end = performance.now() + startSeconds * 1000
  let port = folder.port() ?? firstPort
  for (;;) {
    while (!(await isFree(port))) port += 1
    writeConfiguration(folder, port, options.settings ?? {})
    const outcome = await launch(folder, binaries, account)
    if (typeof outcome === 'number') {
      // A port taken for this start only would cut off the BI tools that saved the old one.
      if (folder.port() !== port) fs.writeFileSync(folder.portFile, `${port}\n`)
      return { pid: outcome, port }
    }
    const lostRace = /could not bind|could not create any TCP/.test(outcome)
    // The processes of a server that was killed may still be letting go of its memory.
    const notYetGone = /pre-existing shared memory block|lock file .* already exists/.test(outcome)
    if ((!lostRace && !notYetGone) || performance.now() > end) throw explainStart(folder, outcome)
    if (lostRace) port += 1
    else await pause(200)
  }
}

/** Joins a server that runs already, for instance one whose starter was killed. */
async function joinRunning(folder: ClusterFolder): Promise<Server | undefined> {
  return until(startSeconds * 1000, () => {
    const running = folder.running()
    if (running === undefined) return 'none' as const
    return running.status === 'ready' ? { pid: running.pid, port: running.port } : undefined
  }).then((found) => (found === 'none' ? undefined : found))
}

function createData(
  folder: ClusterFolder,
  binaries: Binaries,
  account: Account | undefined,
  options: ClusterOptions,
): void {
  options.say?.(`Creating the database in ${folder.dir}`)
  fs.rmSync(folder.data, { recursive: true, force: true })
  fs.mkdirSync(folder.data, { mode: 0o700 })
  const password = crypto.randomBytes(24).toString('base64url')
  fs.writeFileSync(folder.passwordFile, `${password}\n`, { mode: 0o600 })
  // initdb runs as another account and must read the password: it gets a copy for that long.
  const copy = folder.at('socket', '.password')
  fs.writeFileSync(copy, `${password}\n`, { mode: 0o600 })
  if (account !== undefined) {
    fs.chownSync(folder.data, account.uid, account.gid)
    fs.chownSync(copy, account.uid, account.gid)
  }
  const locale =
    binaries.major >= 17
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C.UTF-8']
  const command = asAccount(account, folder.dir, path.join(binaries.bin, 'initdb'), [
    `--pgdata=${folder.data}`,
    '--username=postgres',
    `--pwfile=${copy}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-instructions',
    ...locale,
  ])
  const made = spawnSync(command.file, command.args, {
    cwd: '/',
    encoding: 'utf8',
    env: serverEnvironment(),
  })
  fs.rmSync(copy, { force: true })
  if (made.status !== 0) {
    fs.rmSync(folder.data, { recursive: true, force: true })
    throw explainStart(folder, made.error?.message ?? `${made.stdout}\n${made.stderr}`)
  }
  fs.appendFileSync(path.join(folder.data, 'postgresql.conf'), "\ninclude 'fluence.conf'\n")
}

const serverEnvironment = () => ({ PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' })

/**
 * The settings of the house, written anew at each start; ALTER SYSTEM still goes before them.
 * Statements and their values never reach the log: they may hold personal data.
 */
function writeConfiguration(
  folder: ClusterFolder,
  port: number,
  settings: Record<string, string>,
): void {
  // A socket's path has a limit of 107 bytes; without one there is TCP.
  const sockets = Buffer.byteLength(folder.sockets) < 85 ? folder.sockets : ''
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: sockets,
    max_connections: '200',
    shared_buffers: '256MB',
    shared_preload_libraries: 'pg_stat_statements',
    wal_level: 'replica',
    archive_mode: 'on',
    // Nothing is kept until the first backup says where to.
    archive_command: '/bin/true',
    log_destination: 'stderr',
    logging_collector: 'on',
    log_directory: folder.logs,
    log_filename: 'postgres-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    log_rotation_size: '0',
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_line_prefix: '%m [%p] %q%u@%d %a ',
    ...settings,
  }
  const quote = (value: string) => `'${value.replaceAll("'", "''")}'`
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${quote(value)}\n`)
  fs.writeFileSync(path.join(folder.data, 'fluence.conf'), lines.join(''), { mode: 0o644 })
}

/** Starts the server; its process number once it takes connections, or what it complained of. */
async function launch(
  folder: ClusterFolder,
  binaries: Binaries,
  account: Account | undefined,
): Promise<number | string> {
  const command = asAccount(account, folder.dir, path.join(binaries.bin, 'postgres'), [
    '-D',
    folder.data,
  ])
  const log = fs.openSync(folder.startLog, 'w')
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
  const ended = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null
  const ready = await until(startSeconds * 1000, () => {
    const found = folder.postmaster()
    return (found?.pid === child.pid && found?.status === 'ready' && 'ready') || (ended() && 'ended')
  })
  if (ready === 'ready' && child.pid !== undefined) return child.pid
  return failure?.message ?? startText(folder)
}

/** What the server said at its last start: first on its own output, then in its log. */
function startText(folder: ClusterFolder): string {
  const logs = fs
    .readdirSync(folder.logs)
    .map((name) => folder.at('log', name))
    .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs)
    .slice(0, 2)
  return logs.map((file) => fs.readFileSync(file, 'utf8').slice(-4000)).join('\n')
}

function explainStart(folder: ClusterFolder, text: string): Problem {
  if (/No space left on device/i.test(text))
    return new Problem(`The disk under ${folder.dir} is full.`, 'Free some space and start again.')
  if (/Read-only file system/i.test(text))
    return new Problem(
      `The file system of ${folder.dir} is read-only.`,
      'Set FLUENCE_DATA_DIR to a folder that can be written.',
    )
  const fatal = text.split('\n').filter((line) => /FATAL|PANIC|error/i.test(line)).at(-1)
  return new Problem(
    `PostgreSQL does not start: ${fatal ?? text.trim().split('\n').at(-1) ?? 'no reason given'}.`,
    `See the folder ${folder.logs}.`,
  )
}

/**
 * After a crash, postmaster.pid may name a process that now is somebody else's, or one that is dead
 * and not collected; PostgreSQL then refuses to start. The file may go, but only when no process
 * of the old server is left: that check is what the file is for.
 */
async function clearRemains(folder: ClusterFolder): Promise<void> {
  const found = folder.postmaster()
  if (found === undefined || folder.running() !== undefined) return
  const gone = await until(20_000, () => serverProcesses(folder).length === 0)
  if (gone !== true) {
    throw new Problem(
      `Processes of a killed PostgreSQL still work in ${folder.dir}: ${serverProcesses(folder).join(', ')}.`,
      'End them (kill), then start again.',
    )
  }
  fs.rmSync(path.join(folder.data, 'postmaster.pid'), { force: true })
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
        return isAlive(pid) && fs.readlinkSync(`/proc/${pid}/cwd`) === folder.data
      } catch {
        return false
      }
    })
}

function othersHold(folder: ClusterFolder): boolean {
  return fs
    .readdirSync(folder.holders)
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .some((name) => new ProcessFile(folder.at('run', 'holders', name)).holder() !== undefined)
}

/**
 * The keeper sleeps until its pipe to us closes, that is until we are gone, however we went; then it
 * stops the server, unless somebody else holds it. So nothing outlives a killed process for long.
 */
function startKeeper(folder: ClusterFolder): { dismiss(): void } {
  const script = `
    read -r _ && exit 0
    cd "$1" || exit 0
    for holder in run/holders/*; do
      [ "$holder" = "run/holders/$2" ] && continue
      [ -e "$holder" ] && kill -0 "\${holder##*/}" 2>/dev/null && exit 0
    done
    read -r server < postgres/postmaster.pid && kill -INT "$server"`
  const child: ChildProcess = spawn(
    '/bin/sh',
    ['-c', script, 'fluence-keeper', folder.dir, String(process.pid)],
    { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  )
  child.on('error', () => {})
  child.stdin?.on('error', () => {})
  child.unref()
  ;(child.stdin as net.Socket | null)?.unref()
  return { dismiss: () => child.stdin?.end('dismissed\n') }
}

async function shutDown(pid: number): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name)
    } catch {
      // Gone already.
    }
  }
  const gone = (ms: number) => until(ms, () => !isAlive(pid))
  signal('SIGINT')
  if (await gone(6000)) return
  // Without a last checkpoint the next start replays the log: longer, and nothing is lost.
  signal('SIGQUIT')
  await gone(3000)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
