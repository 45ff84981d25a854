import fs from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import { Problem } from '../../../problem.ts'
import { scramVerifier } from '../access.ts'
import { serverAccount } from '../binaries.ts'
import { type Cluster, type ClusterFolder, startCluster } from '../cluster.ts'
import { createFile } from '../cluster-folder.ts'
import { exists, withClient } from '../connect.ts'
import type { Say } from '../launch.ts'
import type { Moment } from './moment.ts'
import type { Plan } from './plan.ts'
import { historyName, readPosition, segmentAt } from './wal.ts'

export interface Recovered {
  /** When the last transaction that is in it was committed; null if none is newer than the base. */
  readonly reached: Date | null
  readonly timeline: number
  readonly tables: number
  /** The ids of the master keys that its personal data need. */
  readonly masterKeys: readonly string[]
}

/**
 * Lets PostgreSQL repeat the log on the files of a base backup, in a folder of its own, where
 * nobody can reach the server: no network, a socket in a private folder, and nothing is archived.
 */
export async function recover(
  folder: ClusterFolder,
  plan: Plan,
  to: Moment | 'latest',
  options: { readonly password: string; readonly say: Say },
): Promise<Recovered> {
  const { base, timeline } = plan
  const links = linkLog(folder, plan)
  const sockets = privateSockets(folder)
  const settings = {
    listen_addresses: '',
    unix_socket_directories: `"${sockets.replaceAll('"', '""')}"`,
    hba_file: path.join(sockets, 'hba.conf'),
    logging_collector: 'off',
    hot_standby: 'off',
    archive_command: '',
    archive_library: '',
    restore_command: fetchFrom(links),
    recovery_target_timeline: base.timeline === timeline ? 'current' : String(timeline),
    recovery_target_action: 'promote',
    ...(to === 'latest' ? {} : { recovery_target_time: to.text }),
  }
  const auto = path.join(folder.data, 'postgresql.auto.conf')
  const before = fs.readFileSync(auto, 'utf8')
  write(auto, without(before, Object.keys(settings)))
  write(path.join(folder.data, 'recovery.signal'), '')
  fs.writeFileSync(folder.passwordFile, `${options.password}\n`, { mode: 0o600 })

  // One file of each folder tells for the others.
  const reads = new Map(plan.path.segments.map(({ file }) => [path.dirname(file), file]))
  const watching = tellProgress(folder, options.say)
  let cluster: Cluster | undefined
  try {
    cluster = await startCluster({ dir: folder.dir, settings, reads: [...reads.values()] }).catch(
      (error: unknown) => {
        throw explainRecovery(folder, error)
      },
    )
    const { port } = cluster
    const connect = <T>(database: string, work: (client: pg.Client) => Promise<T>) =>
      withClient(
        `postgres://postgres@localhost:${port}/${encodeURIComponent(database)}?host=${encodeURIComponent(sockets)}`,
        work,
      )
    const { databases, ...recovered } = await connect('postgres', (client) =>
      finish(client, options.password),
    )
    refuseShortLog(folder, plan, to, recovered.timeline)
    let tables = 0
    const masterKeys: string[] = []
    for (const database of databases) {
      tables += await connect(database, readAllTables)
      masterKeys.push(...(await connect(database, readMasterKeys)))
    }
    return { ...recovered, tables, masterKeys }
  } finally {
    clearInterval(watching)
    await cluster?.stop()
    fs.rmSync(sockets, { recursive: true, force: true })
    write(auto, before)
    fs.rmSync(path.join(folder.data, 'backup_label.old'), { force: true })
  }
}

/**
 * A folder with exactly those files of the log that the recovery is to see. It takes the first
 * number behind its own that has no history for its new timeline.
 */
function linkLog(folder: ClusterFolder, { path: way, wal, taken, timeline }: Plan): string {
  const links = folder.at('wal')
  const link = (name: string, file: string) => fs.symlinkSync(file, path.join(links, name))
  fs.mkdirSync(links)
  for (const { name, file } of way.segments) link(name, file)
  for (const [of, file] of wal.histories) link(historyName(of), file)
  const newest = Math.max(...taken)
  for (let number = timeline + 1; number <= newest; number += 1) {
    if (!wal.histories.has(number)) link(historyName(number), '/dev/null')
  }
  return links
}

/** Exit code 1 says that there is no such file; 127, that the recovery must not go on. */
function fetchFrom(links: string): string {
  const file = `'${links.replaceAll("'", `'\\''`).replaceAll('%', '%%')}/'%f`
  return `test -L ${file} || exit 1; cp ${file} %p || exit 127`
}

/** What ALTER SYSTEM has set goes before our settings: so meanwhile it is not there. */
const without = (text: string, names: readonly string[]) =>
  text
    .split('\n')
    .filter((line) => !names.some((name) => line.startsWith(`${name} `)))
    .join('\n')

function privateSockets(folder: ClusterFolder): string {
  // The path of a socket has a limit of 107 bytes.
  const inside = folder.at('private')
  const dir = Buffer.byteLength(inside) < 85 ? inside : fs.mkdtempSync('/tmp/fluence-')
  if (dir === inside) fs.mkdirSync(dir, { mode: 0o700 })
  write(path.join(dir, 'hba.conf'), 'local all postgres trust\n')
  const account = serverAccount()
  if (account !== undefined) fs.chownSync(dir, account.uid, account.gid)
  return dir
}

/** Writes a file of the server's account's. */
function write(file: string, text: string): void {
  const handle = createFile(file, 0o600)
  fs.writeFileSync(handle, text)
  const account = serverAccount()
  if (account !== undefined) fs.fchownSync(handle, account.uid, account.gid)
  fs.closeSync(handle)
}

function tellProgress(folder: ClusterFolder, say: Say): NodeJS.Timeout {
  let told = ''
  return setInterval(() => {
    const log = fs.existsSync(folder.startLog) ? fs.readFileSync(folder.startLog, 'utf8') : ''
    const segment = [...log.matchAll(/restored log file "([0-9A-F]{24})"/g)].at(-1)?.[1]
    if (segment !== undefined && segment !== told) say(`Repeating the log: ${segment}`)
    told = segment ?? told
  }, 2000)
}

async function finish(client: pg.Client, password: string) {
  const verifier = client.escapeLiteral(scramVerifier(password))
  await client.query(`alter role postgres password ${verifier}`)
  // So that the end of this server, and the next start, are quick.
  await client.query('checkpoint')
  const { rows } = await client.query<
    Omit<Recovered, 'tables' | 'masterKeys'> & { databases: string[] }
  >(
    `select pg_last_xact_replay_timestamp() as reached,
            timeline_id as timeline,
            (select array_agg(datname::text) from pg_database where datallowconn) as databases
     from pg_control_checkpoint()`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('the recovered server does not answer')
  return row
}

/** Whatever stopped it: a recovery to the end must have come to the end of what there is. */
function refuseShortLog(
  folder: ClusterFolder,
  plan: Plan,
  to: Moment | 'latest',
  timeline: number,
): void {
  const last = plan.path.segments.findLast((segment) => segment.complete)
  if (to !== 'latest' || last === undefined) return
  const history = fs.readFileSync(path.join(folder.data, 'pg_wal', historyName(timeline)), 'utf8')
  const end = /^\d+\s+([0-9A-F]+\/[0-9A-F]+)/.exec(history.trim().split('\n').at(-1) ?? '')?.[1]
  const reached = segmentAt(readPosition(end ?? '0/0'), plan.wal.segmentBytes)
  if (reached >= last.number) return
  throw new Problem(
    `The recovery ended at ${end}, long before the end of the log (${last.name}).`,
    'See the log named below, and fluence backup --verify; --to restores to a moment before.',
  )
}

/** The first row of every table: a minimum of proof that this is a database. */
async function readAllTables(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class as c
     join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and c.relpersistence = 'p'
     order by c.oid`,
  )
  for (const { name } of rows) await client.query(`select * from ${name} limit 1`)
  return rows.length
}

/** As the superuser; a backup of an early release has no such table. */
async function readMasterKeys(client: pg.Client): Promise<string[]> {
  if (!(await exists(client, 'app_private.data_keys'))) return []
  const { rows } = await client.query<{ id: string }>(
    'select distinct k.master_key_id as id from app_private.data_keys as k order by 1',
  )
  return rows.map(({ id }) => id)
}

function explainRecovery(folder: ClusterFolder, error: unknown): unknown {
  const log = fs.existsSync(folder.startLog) ? fs.readFileSync(folder.startLog, 'utf8') : ''
  if (!/recovery ended before configured recovery target was reached/.test(log)) return error
  const [, last] = /last completed transaction was at log time (.+)/.exec(log) ?? []
  return new Problem(
    last === undefined
      ? 'The log has no transaction after the base backup, so that moment is not in it.'
      : `The log ends before that moment: the last transaction in it was at ${last}.`,
    'Restore to latest, which gives that state, or to an earlier moment.',
  )
}
