import { spawnSync } from 'node:child_process'
import { projectDir } from '../src/server/env.ts'
import { type Figure, milliseconds } from './measure.ts'

/** The whole test run, as the README says it. */
export async function measure(): Promise<Figure[]> {
  const time = await milliseconds(async () => {
    const { status } = spawnSync('npm', ['test'], { cwd: projectDir, stdio: 'ignore' })
    if (status !== 0) throw new Error('the tests fail')
  })
  const value = time / 60_000
  return [{ name: 'npm test', value, yardstick: 25, unit: 'min', against: 'promised', limit: 1 }]
}
