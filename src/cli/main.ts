#!/usr/bin/env node
import fs from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { exitCodes, runAsCommand } from '../run.ts'
import { projectDir } from '../server/env.ts'
import { addAccessReview } from './commands/access-review.ts'
import { addAudit } from './commands/audit.ts'
import { addBackup } from './commands/backup.ts'
import { addDb } from './commands/db.ts'
import { addDocs } from './commands/docs.ts'
import { addDoctor } from './commands/doctor.ts'
import { addImport } from './commands/import.ts'
import { addKeys } from './commands/keys.ts'
import { addLogin } from './commands/login.ts'
import { addMigrate } from './commands/migrate.ts'
import { addOrg } from './commands/org.ts'
import { addOutbox } from './commands/outbox.ts'
import { addRestore } from './commands/restore.ts'
import { addSources } from './commands/sources.ts'
import { addStart } from './commands/start.ts'
import { addUrl } from './commands/url.ts'
import { addUser } from './commands/user.ts'
import { addWorker } from './commands/worker.ts'

const { version } = JSON.parse(fs.readFileSync(path.join(projectDir, 'package.json'), 'utf8')) as {
  version: string
}

const program = new Command('fluence')
  .description('Fluence: what each influencer really earned you, to the cent.')
  .version(version)
  .showHelpAfterError()
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.usage)
  })
  .addHelpText('after', '\nExit codes: 0 done, 1 it went wrong, 2 it was called wrongly.')

for (const add of [
  addStart,
  addWorker,
  addMigrate,
  addUrl,
  addOrg,
  addLogin,
  addUser,
  addAccessReview,
  addImport,
  addOutbox,
  addAudit,
  addKeys,
  addDb,
  addDoctor,
  addDocs,
  addSources,
  addBackup,
  addRestore,
]) {
  add(program)
}

await runAsCommand(async () => {
  await program.parseAsync()
})
