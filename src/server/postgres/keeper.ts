import { type ChildProcess, spawn } from 'node:child_process'
import type net from 'node:net'
import { ClusterFolder } from './cluster-folder.ts'
import { leave } from './leave.ts'
import { isAlive, pause, ProcessFile, until } from './processes.ts'

/**
 * The keeper sleeps until its pipe to us closes, that is until we are gone, however we went; then it
 * leaves the cluster in our place. So nothing outlives a killed process for long. It sleeps as a
 * shell, which is small, and is itself replaced when it is killed.
 */
export function startKeeper(folder: ClusterFolder): { dismiss(): void } {
  let keeper: ChildProcess
  let dismissed = false
  const command = [process.execPath, import.meta.filename, folder.dir, String(process.pid)]
  const employ = () => {
    keeper = spawn('/bin/sh', ['-c', 'read -r _ && exit 0; exec "$@"', 'keeper', ...command], {
      cwd: '/',
      // Out of reach of Ctrl-C and of a signal to the whole group.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    keeper.on('error', () => {})
    keeper.on('exit', async () => {
      await pause(100)
      if (!dismissed) employ()
    })
    keeper.stdin?.on('error', () => {})
    keeper.unref()
    ;(keeper.stdin as net.Socket | null)?.unref()
  }
  employ()
  return {
    dismiss() {
      dismissed = true
      keeper.stdin?.end('dismissed\n')
    },
  }
}

/** What the keeper does when the process it was made for is gone. */
async function clearUpAfter(pid: number, folder: ClusterFolder): Promise<void> {
  if ((await until(5000, () => !isAlive(pid))) !== true) return
  const starting = new ProcessFile(folder.starting)
  if ((await until(10_000, () => starting.take())) !== true) return
  try {
    await leave(folder, { justLaunched: true })
  } finally {
    starting.release()
  }
}

if (import.meta.main) {
  const [dir = '', pid = ''] = process.argv.slice(2)
  await clearUpAfter(Number(pid), new ClusterFolder(dir))
}
