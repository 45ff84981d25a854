import fs from 'node:fs'
import path from 'node:path'
import { explain, Problem } from '../../problem.ts'
import { type Binaries, embeddedBinaries, serverAccount } from './binaries.ts'
import { ClusterFolder, fullDisk, isNearlyFull, prepareFolder } from './cluster-folder.ts'
import { clearUnfinished, createData } from './initdb.ts'
import { startKeeper } from './keeper.ts'
import { bringUp, type Say } from './launch.ts'
import { leave, othersHold } from './leave.ts'
import { type Outside, outsideSettings, writeCredentials } from './outside.ts'
import { commandLine, isAlive, pause, ProcessFile, until } from './processes.ts'
import type { SelfSigned } from './self-signed.ts'

export { ClusterFolder } from './cluster-folder.ts'

/** A PostgreSQL server of our own, running in a folder of ours. */
export interface Cluster {
  readonly folder: ClusterFolder
  readonly port: number
  readonly major: number
  readonly password: string
  url(database: string, user?: string, password?: string): string
  /** Shows another certificate from now on, where it shows one at all. */
  renew(credentials: SelfSigned): void
  /** Leaves it. Whoever leaves last stops the server; one that is killed is replaced by a keeper. */
  stop(): Promise<void>
}

export interface ClusterOptions {
  readonly dir: string
  readonly binaries?: Binaries
  /** Settings for postgresql.conf beside those of the house. */
  readonly settings?: Record<string, string>
  readonly say?: Say
  /** Start the server again when it dies while we use it. */
  readonly supervise?: boolean
  /** What else the server must be able to read, beside its own folder. */
  readonly reads?: readonly string[]
  /** Let other machines in. */
  readonly outside?: Outside
}

/** Starts the server in a folder, makes the folder first where it is new, or joins one that runs. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = new ClusterFolder(options.dir)
  const binaries = options.binaries ?? embeddedBinaries()
  const account = serverAccount()
  prepareFolder(folder, account)
  checkVersion(folder, binaries)

  const holder = new ProcessFile(folder.at('run', 'holders', String(process.pid)))
  holder.take()
  const keeper = startKeeper(folder)
  let settings = options.settings
  const bring = (port = options.outside?.port) =>
    bringUp(folder, binaries, account, { ...options, settings, port })
  try {
    let server = await alone(folder, async () => {
      clearUnfinished(folder)
      if (options.outside !== undefined) {
        const opened = await outsideSettings(folder, account, options.outside, options.say)
        settings = { ...settings, ...opened }
      }
      if (!folder.exists) {
        refuseHalfRestored(folder)
        options.say?.(`Creating the database in ${folder.dir}`)
        await createData(folder, binaries, account)
      }
      passwordOf(folder)
      return bring()
    })
    const { port } = server
    const password = passwordOf(folder)
    let leaving = false

    const watch = async () => {
      let last = ''
      const tell = (line: string) => {
        if (line !== last) options.say?.(line)
        last = line
      }
      for (;;) {
        await pause(250)
        if (leaving) return
        if (isAlive(server.pid)) continue
        if (last === '') tell('PostgreSQL ended unexpectedly; starting it again.')
        try {
          server = await alone(folder, () => bring(port))
          tell('PostgreSQL is back.')
          last = ''
        } catch (error) {
          const known = isNearlyFull(folder) ? fullDisk(folder) : explain(error)
          tell(known?.line ?? String(error))
          await pause(2000)
        }
      }
    }
    const watching = options.supervise ? watch() : Promise.resolve()

    return {
      folder,
      port,
      major: binaries.major,
      password,
      url: (database, user = 'postgres', secret = password) =>
        `postgres://${user}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${database}`,
      renew(credentials) {
        if (options.outside === undefined) return
        writeCredentials(folder, account, credentials)
        // One that just starts again reads them by itself.
        if (isAlive(server.pid)) process.kill(server.pid, 'SIGHUP')
      },
      async stop() {
        leaving = true
        const settled = await Promise.race([watching.then(() => true), pause(1000)])
        holder.release()
        if (!othersHold(folder)) await alone(folder, () => leave(folder))
        // One that is being started again this moment is left to the keeper.
        if (settled) keeper.dismiss()
      },
    }
  } catch (error) {
    holder.release()
    keeper.dismiss()
    throw error
  }
}

/** Starting and stopping a server is for one process at a time. */
async function alone<T>(folder: ClusterFolder, work: () => Promise<T>): Promise<T> {
  const starting = new ProcessFile(folder.starting)
  if ((await until(60_000, () => starting.take())) !== true) {
    const pid = starting.holder()?.pid ?? 0
    throw new Problem(
      `Another process (${pid}: ${commandLine(pid).trim()}) has been starting or restoring the database in ${folder.dir} for a minute.`,
      'Wait for it; or see log/start.log there, end that process and start again.',
    )
  }
  try {
    return await work()
  } finally {
    starting.release()
  }
}

/** A restore that was killed between moving the old data aside and moving its own in. */
function refuseHalfRestored(folder: ClusterFolder): void {
  const aside = folder.setAside()
  if (aside === undefined) return
  throw new Problem(
    `The database in ${folder.dir} was moved aside by a restore that did not finish.`,
    `Run fluence restore again, or rename ${aside} to ${folder.data}.`,
  )
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

function passwordOf(folder: ClusterFolder): string {
  const password = folder.password()
  if (password) return password
  throw new Problem(
    `The superuser's password is missing: ${folder.passwordFile}.`,
    'Put the file back from a backup, or set FLUENCE_DATA_DIR to another folder.',
  )
}
