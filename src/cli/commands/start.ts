import type { Command } from 'commander'
import { readEnv } from '../../server/env.ts'

export function addStart(program: Command): void {
  program
    .command('start')
    .description('start the database and the server; the same as npm start')
    .action(async () => {
      // Loaded here, because it is large and the other commands do without.
      const { start } = await import('../../server/main.ts')
      await start(readEnv())
    })
}
