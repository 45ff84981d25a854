import fs from 'node:fs'
import type { Command } from 'commander'
import { Problem } from '../../problem.ts'
import { makeProgress } from '../../progress.ts'
import { accessThrough } from '../../server/postgres/access.ts'
import { withClient } from '../../server/postgres/connect.ts'
import { dumpBinaries, dumpSchema, schemaFile } from '../../server/postgres/dump.ts'
import { prepareDatabase } from '../../server/postgres/open.ts'
import { startThrowAwayCluster } from '../throw-away.ts'

/** For people who change the database, and for CI. */
export function addDbDump(db: Command): void {
  db.command('dump', { hidden: true })
    .description('write migrations/schema.sql from a new database of this checkout')
    .option('--bin <folder>', "folder of PostgreSQL 15's programs", '/usr/lib/postgresql/15/bin')
    .option('--check', 'only say whether it is up to date')
    .action(async ({ bin, check }: { bin: string; check?: boolean }) => {
      const schema = await freshSchema(bin)
      const upToDate = fs.existsSync(schemaFile) && fs.readFileSync(schemaFile, 'utf8') === schema
      if (check && !upToDate) {
        throw new Problem(
          'migrations/schema.sql is not up to date.',
          'Run npm run -s fluence -- db dump.',
        )
      }
      if (!upToDate) fs.writeFileSync(schemaFile, schema)
      const done = upToDate ? 'is up to date' : 'written'
      process.stdout.write(`migrations/schema.sql ${done}.\n`)
    })
}

async function freshSchema(bin: string): Promise<string> {
  const progress = makeProgress()
  const binaries = dumpBinaries(bin)
  const cluster = await startThrowAwayCluster({ binaries })
  try {
    await withClient(cluster.url('postgres'), (client) => client.query('create database fluence'))
    await prepareDatabase(accessThrough(cluster.url('fluence'), cluster.password), progress)
    progress.done()
    return dumpSchema(binaries, cluster.url('fluence'))
  } finally {
    await cluster.stop()
  }
}
