import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { projectDir } from '../src/server/env.ts'
import { pause } from '../src/server/postgres/processes.ts'
import { type Figure, median } from './measure.ts'

const rounds = 5
const port = 5987

/** From the start of `npm start` to the first answer of GraphQL, on a new and on a used folder. */
export async function measure(): Promise<Figure[]> {
  const fresh: number[] = []
  const warm: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-bench-'))
    fs.chmodSync(dataDir, 0o755)
    fresh.push(await startAndStop(dataDir))
    warm.push(await startAndStop(dataDir))
    fs.rmSync(dataDir, { recursive: true, force: true })
  }
  const figure = (name: string, times: number[], promised: number): Figure => ({
    name,
    value: median(times) / 1000,
    yardstick: promised,
    unit: 's',
    against: 'promised',
    limit: 1,
  })
  return [figure('first start', fresh, 30), figure('later start', warm, 5)]
}

async function startAndStop(dataDir: string): Promise<number> {
  const begin = performance.now()
  const npm = spawn('npm', ['start'], {
    cwd: projectDir,
    stdio: 'ignore',
    env: { ...process.env, FLUENCE_DATA_DIR: dataDir, PORT: String(port) },
  })
  const ended = new Promise((resolve) => npm.once('exit', resolve))
  while (!(await answers())) {
    if (npm.exitCode !== null) throw new Error('npm start ended before it answered')
    await pause(10)
  }
  const time = performance.now() - begin
  npm.kill('SIGTERM')
  await ended
  // npm may be gone a moment before the server that it passed the signal to.
  while (await answers()) await pause(10)
  await pause(500)
  return time
}

async function answers(): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ currency(code: \\"EUR\\") { name } }"}',
    })
    const { data } = (await response.json()) as { data?: { currency?: { name: string } } }
    return data?.currency?.name === 'Euro'
  } catch {
    return false
  }
}
