import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import { runAsCommand } from '../../run.ts'
import { projectDir } from '../../server/env.ts'
import { checkSqlStyle } from './sql-style.ts'

/** Runs a program of node_modules; what it prints is what people read. */
function tool(name: string, ...args: string[]): boolean {
  const program = path.join(projectDir, 'node_modules/.bin', name)
  return spawnSync(program, args, { cwd: projectDir, stdio: 'inherit' }).status === 0
}

const checks: Record<string, () => boolean> = {
  types: () => tool('tsc', '--project', '.'),
  lint: () => tool('oxlint', '--quiet', '.'),
  format: () => tool('oxfmt', '--check', '.'),
  sql: () => {
    const faults = checkSqlStyle(projectDir)
    for (const fault of faults) process.stderr.write(`${fault}\n`)
    return faults.length === 0
  },
  docs: () => tool('node', 'src/cli/main.ts', 'docs', '--check'),
}

await runAsCommand(async () => {
  const failed: string[] = []
  for (const [name, passes] of Object.entries(checks)) {
    process.stdout.write(`check ${name}\n`)
    if (!passes()) failed.push(name)
  }
  if (failed.length > 0) {
    throw new Problem(
      `Not in order: ${failed.join(', ')}.`,
      'See above; `npm run format` and `npm run docs` mend what they can.',
    )
  }
  process.stdout.write('All checks passed.\n')
})
