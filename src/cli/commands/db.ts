import type { Command } from 'commander'
import graphileMigrate from 'graphile-migrate'
import { makeProgress } from '../../progress.ts'
import { readEnv } from '../../server/env.ts'
import { accessThrough, inDatabase } from '../../server/postgres/access.ts'
import { bootstrap } from '../../server/postgres/bootstrap.ts'
import { withClient } from '../../server/postgres/connect.ts'
import { connectionReleased, gmrc, migrateSettings } from '../../server/postgres/migrate.ts'
import { loadSources } from '../../server/postgres/loader.ts'
import { openDatabase, withDatabase } from '../../server/postgres/open.ts'
import { withThrowAwayDatabase } from '../throw-away.ts'
import { addDbDump } from './dump.ts'

const logger = graphileMigrate.defaultLogger

/** For people who change the database: migrations/current.sql is where the next one is written. */
export function addDb(program: Command): void {
  const db = program.command('db').description('write migrations')

  db.command('prepare')
    .description('make the roles and rights that migrations stand on, and nothing else')
    .action(async () => {
      const database = await openDatabase(readEnv(), { say: makeProgress() })
      await bootstrap(database.access).finally(() => database.close())
    })

  db.command('watch')
    .description('run migrations/current.sql on your database each time it is saved')
    .option('--once', 'run it once and return')
    .action(async ({ once }: { once?: boolean }) => {
      await withDatabase(readEnv(), makeProgress(), async ({ access }) => {
        const { beforeCurrent, afterCurrent } = gmrc()
        await graphileMigrate.watch(
          migrateSettings(access, { beforeCurrent, afterCurrent, logger }),
          once,
        )
        await connectionReleased()
      })
    })

  db.command('commit')
    .description('make migrations/current.sql the next committed migration, proven from empty')
    .option('-m, --message <message>', 'what it does, for its file name')
    .action(async ({ message }: { message?: string }) => {
      await withThrowAwayDatabase(async (access) => {
        const shadow = inDatabase(access.root, 'fluence_shadow')
        await withClient(access.root, (c) => c.query('create database fluence_shadow'))
        const shadowAccess = accessThrough(shadow, access.secret)
        await bootstrap(shadowAccess)
        await graphileMigrate
          .commit(
            migrateSettings(access, {
              shadowConnectionString: shadowAccess.as('fluence_migrator'),
              logger,
            }),
            message,
          )
          .finally(connectionReleased)
        await loadSources(shadowAccess.as('fluence_migrator'))
      })
    })

  addDbDump(db)
}
