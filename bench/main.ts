import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../src/problem.ts'
import { runAsCommand } from '../src/run.ts'
import { type Figure, machine } from './measure.ts'

/** Each is a file here that exports `measure`. */
const benchmarks = [
  'install',
  'start',
  'tests',
  'rls',
  'outbox',
  'graphql',
  'sign-in',
  'audit',
  'personal',
  'imports',
] as const

/** Three digits, without an exponent. */
const round = (value: number) =>
  value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString()

function row(benchmark: string, figure: Figure): string {
  const { name, value, yardstick, unit, against, limit } = figure
  const ratio = value / yardstick
  const promise = limit === undefined ? '' : `${ratio <= limit ? 'met' : 'missed'}: <= ${limit}`
  const cells = [
    `${benchmark}: ${name}`,
    `${round(value)} ${unit}`,
    `${round(yardstick)} ${unit} (${against})`,
    ratio.toFixed(2),
    promise,
  ]
  return `| ${cells.join(' | ')} |`
}

await runAsCommand(async () => {
  const wanted = process.argv.slice(2)
  const unknown = wanted.find((name) => !benchmarks.some((known) => known === name))
  if (wanted.length === 0 || unknown !== undefined) {
    throw new Problem(
      unknown === undefined ? 'Which benchmark?' : `There is no benchmark "${unknown}".`,
      `Name some of: ${benchmarks.join(', ')}.`,
    )
  }
  const rows: string[] = []
  for (const name of wanted) {
    process.stderr.write(`measuring ${name}\n`)
    const { measure } = (await import(`./${name}.ts`)) as { measure: () => Promise<Figure[]> }
    for (const figure of await measure()) {
      rows.push(row(name, figure))
      process.stdout.write(`${rows.at(-1)}\n`)
    }
  }
  const head = `\n## ${new Date().toISOString().slice(0, 10)}, ${machine()}\n\n| what | figure | yardstick | ratio | promised |\n| --- | --- | --- | --- | --- |\n`
  const file = path.join(import.meta.dirname, 'RESULTS.md')
  fs.appendFileSync(file, `${head}${rows.join('\n')}\n`)
})
