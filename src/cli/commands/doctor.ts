import type { Command } from 'commander'
import { exitCodes } from '../../run.ts'
import { findFaults, listSettings, readEnv } from '../../server/env.ts'
import { checkBackup } from '../doctor/backup.ts'
import { checkDatabase } from '../doctor/database.ts'
import type { Finding } from '../doctor/finding.ts'
import { checkMachine } from '../doctor/machine.ts'
import { checkPort } from '../doctor/port.ts'
import { checkSettings } from '../doctor/settings.ts'
import { print, table } from '../output.ts'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look at machine, settings, database, backup and port, and say what to mend')
    .option('--settings', 'list all settings as they stand')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nIt changes and starts nothing. The exit code is 1 if there is a problem.',
    )
    .action(async ({ settings, json }: { settings?: boolean; json?: boolean }) => {
      if (settings) print(listSettings(), json, settingsAsText)
      else await examine(json)
    })
}

async function examine(json: boolean | undefined): Promise<void> {
  const env = readEnv({ lenient: true })
  // Otherwise the embedded database would be looked into instead.
  const isDatabaseKnown = !findFaults().has('DATABASE_URL')
  const findings = [
    ...checkMachine(env),
    ...checkSettings(),
    ...(isDatabaseKnown ? [...(await checkDatabase(env)), ...checkBackup(env)] : []),
    ...(await checkPort(env)),
  ]
  const problems = findings.filter(({ status }) => status === 'problem').length
  print({ healthy: problems === 0, findings }, json, (all) => asText(all.findings))
  if (problems > 0) process.exitCode = exitCodes.failed
}

function asText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ area, status, says, mend }) => [
    `${area.padEnd(11)}${status.padEnd(9)}${says}`,
    ...(mend === undefined ? [] : [`${' '.repeat(20)}-> ${mend}`]),
  ])
  const count = (status: Finding['status'], word: string) => {
    const number = findings.filter((finding) => finding.status === status).length
    return `${number} ${word}${number === 1 ? '' : 's'}`
  }
  return [...lines, '', `${count('problem', 'problem')}, ${count('warning', 'warning')}`].join('\n')
}

const settingsAsText = (all: ReturnType<typeof listSettings>) =>
  table(
    ['setting', 'value', 'unset means', 'about'],
    all.map(({ name, value, unset, about }) => [name, value ?? '-', unset, about]),
  )
