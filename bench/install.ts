import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { projectDir } from '../src/server/env.ts'
import { type Figure, median, milliseconds } from './measure.ts'

const rounds = 3

/** `npm ci` from the packages that npm keeps, against copying the same files; and their size. */
export async function measure(): Promise<Figure[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-bench-'))
  const modules = path.join(folder, 'node_modules')
  const copy = path.join(folder, 'copy')
  try {
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
      fs.copyFileSync(path.join(projectDir, name), path.join(folder, name))
    }
    const installs: number[] = []
    const copies: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      fs.rmSync(modules, { recursive: true, force: true })
      fs.rmSync(copy, { recursive: true, force: true })
      installs.push(await milliseconds(async () => run(folder, 'npm', 'ci', '--loglevel=error')))
      copies.push(await milliseconds(async () => run(folder, 'cp', '-a', modules, copy)))
    }
    const kilobytes = Number(
      execFileSync('du', ['-sk', modules], { encoding: 'utf8' }).split('\t')[0],
    )
    return [
      {
        name: 'npm ci, packages at hand',
        value: median(installs) / 1000,
        yardstick: median(copies) / 1000,
        unit: 's',
        against: 'copying the files',
      },
      {
        name: 'size of node_modules',
        value: kilobytes / 1024,
        yardstick: 668,
        unit: 'MiB',
        against: 'the prototype, with an editor nobody uses',
        limit: 1,
      },
    ]
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function run(cwd: string, command: string, ...args: string[]): void {
  const { status } = spawnSync(command, args, { cwd, stdio: 'ignore' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`)
}
