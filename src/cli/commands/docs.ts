import type { Command } from 'commander'
import { Problem } from '../../problem.ts'
import { makeProgress } from '../../progress.ts'
import { withClient } from '../../server/postgres/connect.ts'
import { schemaText } from '../../server/graphql/preset.ts'
import { prepareDatabase } from '../../server/postgres/open.ts'
import { endPool, makePool } from '../../server/postgres/pool.ts'
import { readCatalog } from '../docs/catalog.ts'
import { makeReference, staleFiles, writeReference } from '../docs/reference.ts'
import { withThrowAwayDatabase } from '../throw-away.ts'

export function addDocs(program: Command): void {
  program
    .command('docs')
    .description('write docs/reference from a database of this checkout, made for the moment')
    .option('--check', 'only say which files are not as they should be')
    .action(async ({ check }: { check?: boolean }) => {
      const progress = makeProgress()
      const { catalog, schema } = await withThrowAwayDatabase(async (access) => {
        await prepareDatabase(access, progress, { withCurrent: true })
        const pool = makePool(access.as('fluence_authenticator'), 2, progress, { pipeline: true })
        try {
          return {
            catalog: await withClient(access.root, readCatalog),
            schema: await schemaText(pool),
          }
        } finally {
          await endPool(pool)
        }
      })
      const reference = await makeReference(catalog, schema, program)
      progress.done()
      const stale = staleFiles(reference).map((name) => `docs/reference/${name}`)
      if (check && stale.length > 0) {
        throw new Problem(`Not up to date: ${stale.join(', ')}.`, 'Run `npm run docs`.')
      }
      writeReference(reference)
      const done =
        stale.length === 0 ? 'docs/reference is up to date.' : `Wrote ${stale.join(', ')}.`
      process.stdout.write(`${done}\n`)
    })
}
