import fs from 'node:fs'
import type { ClusterFolder } from './cluster-folder.ts'
import { isAlive, ProcessFile, until } from './processes.ts'

/**
 * Stops the server of a folder unless somebody else holds it. Only while holding the folder's
 * `starting`: whoever starts meanwhile is either seen here or waits until the server is down.
 */
export async function leave(
  folder: ClusterFolder,
  options: { justLaunched?: boolean } = {},
): Promise<void> {
  // One launched a moment before its starter was killed has yet to write its postmaster.pid.
  const found = await until(options.justLaunched ? 1000 : 0, () =>
    othersHold(folder) ? 'held' : folder.running(),
  )
  if (found !== undefined && found !== 'held') await shutDown(found.pid)
}

/** Whether another live process uses the server; what a dead one left is cleared away. */
export function othersHold(folder: ClusterFolder): boolean {
  const others = fs
    .readdirSync(folder.holders)
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((name) => new ProcessFile(folder.at('run', 'holders', name)))
  const live = others.filter((other) => other.holder() !== undefined)
  for (const other of others) if (!live.includes(other)) fs.rmSync(other.file, { force: true })
  return live.length > 0
}

async function shutDown(pid: number): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name)
    } catch {
      // Gone already.
    }
  }
  const gone = (ms: number) => until(ms, () => !isAlive(pid))
  signal('SIGINT')
  if (await gone(4000)) return
  // Without a last checkpoint the next start replays the log: longer, and nothing is lost.
  signal('SIGQUIT')
  await gone(2000)
}
