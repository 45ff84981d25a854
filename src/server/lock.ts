import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../problem.ts'
import { makeFolder } from './postgres/cluster-folder.ts'
import { ProcessFile, until } from './postgres/processes.ts'

/**
 * One server for one data folder. One that is just ending is waited for, so that a start right
 * after a stop, or after a kill, works.
 */
export async function lockDataFolder(dataDir: string): Promise<ProcessFile> {
  const folder = path.join(dataDir, 'run')
  makeFolder(folder)
  const lock = new ProcessFile(path.join(folder, 'server'))
  const taken = await until(10_000, () => {
    if (lock.take()) return true
    const other = lock.holder()
    return other !== undefined && !isEnding(other.pid) ? ('busy' as const) : undefined
  })
  if (taken === true) return lock
  throw new Problem(
    `Fluence already runs on the data in ${dataDir} (process ${lock.holder()?.pid}).`,
    'Stop it, or set FLUENCE_DATA_DIR to another folder for a second one.',
  )
}

/** A server whose npm was killed is about to notice it. */
function isEnding(pid: number): boolean {
  try {
    const status = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return status.split(') ').at(-1)?.split(' ')[1] === '1'
  } catch {
    return true
  }
}
