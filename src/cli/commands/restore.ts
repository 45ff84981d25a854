import { type Command, InvalidArgumentError, Option } from 'commander'
import { Problem } from '../../problem.ts'
import { makeProgress } from '../../progress.ts'
import { readEnv } from '../../server/env.ts'
import { BackupFolder } from '../../server/postgres/backup/folder.ts'
import { type Moment, readMoment } from '../../server/postgres/backup/moment.ts'
import { judgeMasterKeys } from '../../server/personal/state.ts'
import { restore } from '../../server/postgres/backup/restore.ts'
import { print } from '../output.ts'
import { refuseForeignDatabase } from './backup.ts'

interface Options {
  readonly to: Moment | 'latest'
  readonly from?: string
  readonly json?: boolean
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('put the embedded database back to a moment, from a backup and its log')
    .addOption(
      new Option('--to <moment>', 'for example 2026-03-01T14:05:00+03:00, or latest')
        .argParser(moment)
        .default('latest'),
    )
    .option('--from <folder>', 'folder of the backups, if not FLUENCE_BACKUP_DIR')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nNothing may run on the data folder meanwhile. The data that are there now are moved aside,' +
        '\nnever deleted, and only after the restored ones have been checked.',
    )
    .action(async (options: Options) => {
      const env = readEnv()
      refuseForeignDatabase(env)
      const own = new BackupFolder(env.backupDir)
      const from = new BackupFolder(options.from ?? env.backupDir)
      const progress = makeProgress()
      const done = await restore({
        dataDir: env.dataDir,
        from,
        to: options.to,
        own,
        say: progress,
      })
      progress.done()
      const lost = judgeMasterKeys(env, done.masterKeys).filter(({ isProblem }) => isProblem)
      const shown = { ...done, missing: lost.map(({ says, mend }) => `${says} ${mend}`) }
      print(shown, options.json, ({ reached, base, oldData, notArchiving, missing }) =>
        [
          `Restored the database to ${reached}, its last change, from the backup ${base}.`,
          ...(oldData === null
            ? []
            : [`The old data are in ${oldData}; delete them in your own time.`]),
          ...(notArchiving === null
            ? []
            : [`Its log is not archived: ${notArchiving}. Run fluence backup now.`]),
          ...missing.map((line) => `Its personal data cannot be read here. ${line}`),
        ].join('\n'),
      )
    })
}

function moment(text: string): Moment | 'latest' {
  try {
    return text === 'latest' ? text : readMoment(text)
  } catch (error) {
    if (error instanceof Problem) throw new InvalidArgumentError(error.line)
    throw error
  }
}
