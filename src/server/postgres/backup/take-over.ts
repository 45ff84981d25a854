import fs from 'node:fs'
import { Problem } from '../../../problem.ts'
import { lockDataFolder } from '../../lock.ts'
import { type ClusterFolder } from '../cluster-folder.ts'
import { clearRemains } from '../launch.ts'
import { othersHold } from '../leave.ts'
import { commandLine, ProcessFile, until } from '../processes.ts'

/** Has a data folder for itself, for one piece of work: nothing runs on it, nothing can start. */
export async function withFolderToItself<T>(
  folder: ClusterFolder,
  work: () => Promise<T>,
): Promise<T> {
  fs.mkdirSync(folder.holders, { recursive: true })
  fs.mkdirSync(folder.sockets, { recursive: true })
  const server = await lockDataFolder(folder.dir)
  const starting = new ProcessFile(folder.starting)
  try {
    // One that was killed a moment ago has a keeper, who stops its server.
    const free = await until(10_000, () => {
      if (!starting.take()) return undefined
      if (folder.running() === undefined || othersHold(folder)) return true
      starting.release()
      return undefined
    })
    if (free !== true || othersHold(folder)) throw inUse(folder, starting)
    await clearRemains(folder)
    return await work()
  } finally {
    starting.release()
    server.release()
  }
}

function inUse(folder: ClusterFolder, starting: ProcessFile): Problem {
  const holders = fs
    .readdirSync(folder.holders)
    .map((name) => new ProcessFile(folder.at('run', 'holders', name)).holder()?.pid)
  const pid = [...holders, starting.holder()?.pid, folder.running()?.pid].find(
    (one) => one !== undefined && one !== process.pid,
  )
  return new Problem(
    `The data in ${folder.dir} are in use by process ${pid} (${commandLine(pid ?? 0).trim()}).`,
    'Stop it, and restore then.',
  )
}
