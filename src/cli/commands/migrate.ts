import type { Command } from 'commander'
import { makeProgress } from '../../progress.ts'
import { readEnv } from '../../server/env.ts'
import { openDatabase } from '../../server/postgres/open.ts'
import { print } from '../output.ts'

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to the state of this release: roles, migrations, sql/')
    .option('--json', 'print the result as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const progress = makeProgress()
      const database = await openDatabase(readEnv(), { say: progress })
      try {
        const done = await database.prepare(progress)
        progress.done()
        print(done, json, ({ migrations, loaded }) =>
          loaded
            ? `Ran ${migrations} new migrations and loaded sql/.`
            : 'The database is up to date.',
        )
      } finally {
        await database.close()
      }
    })
}
