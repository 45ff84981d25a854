import { type Command, InvalidArgumentError, Option } from 'commander'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import { makeProgress } from '../../progress.ts'
import { exitCodes } from '../../run.ts'
import { type Env, readEnv } from '../../server/env.ts'
import { startArchiving } from '../../server/postgres/backup/archiving.ts'
import {
  BackupFolder,
  type BaseBackup,
  prepareBackupFolder,
} from '../../server/postgres/backup/folder.ts'
import { prune, thinOut } from '../../server/postgres/backup/prune.ts'
import { readable } from '../../server/postgres/backup/sizes.ts'
import { takeBackup } from '../../server/postgres/backup/take.ts'
import { verify } from '../../server/postgres/backup/verify.ts'
import { serverAccount } from '../../server/postgres/binaries.ts'
import { ClusterFolder } from '../../server/postgres/cluster.ts'
import { ProcessFile } from '../../server/postgres/processes.ts'
import { print, table } from '../output.ts'

interface Options {
  readonly list?: boolean
  readonly verify?: boolean
  readonly keep: number
  readonly json?: boolean
}

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('back the embedded database up, while it runs or not; see FLUENCE_BACKUP_DIR')
    .addOption(
      new Option('--keep <number>', 'how many base backups to keep; older ones are deleted')
        .argParser(count)
        .default(7),
    )
    .addOption(new Option('--list', 'list the base backups').conflicts('verify'))
    .option('--verify', 'read all backups and compare them with their checksums')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nThe first backup also switches on the archive of the write-ahead log: from then on every' +
        '\nmoment can be restored. What was committed in the last minute before the whole data' +
        '\nfolder is lost may be missing. See fluence restore.',
    )
    .action(async (options: Options) => {
      const env = readEnv()
      refuseForeignDatabase(env)
      const folder = new BackupFolder(env.backupDir)
      if (options.list) list(folder, options.json)
      else if (options.verify) check(folder, options.json)
      else await take(env, folder, options)
    })
}

/** Of a server that is not ours, its own means know more than we do. */
export function refuseForeignDatabase(env: Env): void {
  if (env.databaseUrl === undefined) return
  throw new Problem(
    'Backup and restore are for the embedded database, and DATABASE_URL names another.',
    "Use that server's own means, for example pgBackRest; or unset DATABASE_URL.",
  )
}

function count(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Use a number from 1 to 9999.')
  return Number(text)
}

async function take(env: Env, folder: BackupFolder, { keep, json }: Options): Promise<void> {
  const data = new ClusterFolder(env.dataDir)
  if (!data.exists) {
    throw new Problem(`There is no database in ${data.dir} yet.`, 'Run npm start once.')
  }
  const way = path.relative(data.dir, folder.dir)
  if (way !== '..' && !way.startsWith(`..${path.sep}`)) {
    throw new Problem(
      `The folder of the backups, ${folder.dir}, is in the data folder, and would be lost with it.`,
      'Set FLUENCE_BACKUP_DIR to a folder elsewhere, better on another disk.',
    )
  }
  const progress = makeProgress()
  const running = new ProcessFile(data.at('run', 'backup'))
  if (!running.take()) {
    throw new Problem(
      `A backup is under way (process ${running.holder()?.pid}).`,
      'Wait until it is done.',
    )
  }
  prepareBackupFolder(folder, serverAccount())
  const cluster = await startArchiving(data, folder, progress)
  try {
    const last = folder.list().bases.at(-1)
    const base = await takeBackup(cluster, folder, progress)
    const pruned = prune(folder, keep)
    thinOut(folder, last === undefined ? new Date(0) : new Date(last.finishedAt))
    progress.done()
    print({ ...base, pruned: pruned.bases }, json, (made) =>
      [
        `Backed up ${readable(made.bytes)} to ${made.dir}, and checked it.`,
        `Every moment after ${made.finishedAt} can be restored from it.`,
        ...(pruned.bases.length === 0 ? [] : [`Deleted older ones: ${pruned.bases.join(', ')}.`]),
      ].join('\n'),
    )
  } finally {
    await cluster.stop()
    running.release()
  }
}

function list(folder: BackupFolder, json: boolean | undefined): void {
  const { bases, unreadable } = folder.list()
  for (const file of unreadable) process.stderr.write(`${file} cannot be read.\n`)
  const row = (base: BaseBackup) => [
    base.name,
    base.finishedAt,
    readable(base.bytes),
    base.server,
    base.dir,
  ]
  print(bases, json, (all) =>
    all.length === 0
      ? `There is no backup in ${folder.dir} yet.`
      : table(['name', 'any moment after', 'size', 'PostgreSQL', 'folder'], all.map(row)),
  )
}

function check(folder: BackupFolder, json: boolean | undefined): void {
  const progress = makeProgress()
  const result = verify(folder, progress)
  progress.done()
  if (result.bases === 0 && result.faults.length === 0) {
    throw new Problem(`There is no backup in ${folder.dir} yet.`, 'fluence backup makes one.')
  }
  print(result, json, ({ bases, segments, faults }) =>
    faults.length === 0
      ? `All is well: ${bases} base backups and ${segments} files of the write-ahead log.`
      : [`Damaged, in ${folder.dir}:`, ...faults].join('\n'),
  )
  if (result.faults.length > 0) process.exitCode = exitCodes.failed
}
