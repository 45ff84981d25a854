import type { Command } from 'commander'
import { Problem } from '../../problem.ts'
import { readEnv } from '../../server/env.ts'
import { loadSources, unloadSources } from '../../server/postgres/loader.ts'

/** What graphile-migrate calls before and after its migrations (see .gmrc). */
export function addSources(program: Command): void {
  const sources = program.command('sources', { hidden: true }).description('for hooks in .gmrc')

  sources.command('load').action(async () => {
    await loadSources(hookUrl())
  })
  sources.command('unload').action(async () => {
    await unloadSources(hookUrl())
  })
}

function hookUrl(): string {
  const url = readEnv().hookDatabaseUrl
  if (url === undefined) {
    throw new Problem('GM_DBURL is not set.', 'To load sql/ by hand, run fluence migrate.')
  }
  return url
}
