import type { Command } from 'commander'
import { Problem } from '../../problem.ts'
import { type Env, readEnv } from '../../server/env.ts'
import { type Access, accessThrough } from '../../server/postgres/access.ts'
import { ClusterFolder } from '../../server/postgres/cluster.ts'
import { embeddedAccess, secretOf } from '../../server/postgres/open.ts'
import { print } from '../output.ts'

export function addUrl(program: Command): void {
  program
    .command('url')
    .description("print the address of the database, as the migrator's login")
    .option('--superuser', 'as the superuser; on the embedded database only')
    .addHelpText(
      'after',
      '\nThe migrator owns the tables and is bound by row-level security all the same; the superuser' +
        '\nof the embedded database sees every row. Example: psql "$(npm run -s fluence -- url)"',
    )
    .option('--json', 'print the result as JSON')
    .action(({ superuser, json }: { superuser?: boolean; json?: boolean }) => {
      const env = readEnv()
      if (superuser && env.databaseUrl !== undefined) {
        throw new Problem(
          'DATABASE_URL names a database that is not ours, so its superuser is not known.',
          'Leave out --superuser.',
        )
      }
      const access = accessOf(env)
      const url = superuser ? access.root : access.as('fluence_migrator')
      print({ url }, json, (answer) => answer.url)
    })
}

function accessOf(env: Env): Access {
  if (env.databaseUrl !== undefined) {
    return accessThrough(env.databaseUrl, secretOf(env, env.databaseUrl))
  }
  const folder = new ClusterFolder(env.dataDir)
  const password = folder.password()
  const port = folder.port()
  if (password === undefined || port === undefined) {
    throw new Problem(`There is no database in ${env.dataDir} yet.`, 'Run npm start once.')
  }
  if (folder.running() === undefined) {
    process.stderr.write('The database does not run at the moment: npm start starts it.\n')
  }
  return embeddedAccess(password, port)
}
