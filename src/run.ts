import { explain } from './problem.ts'

/** Exit codes of every command: 0 done, 1 it went wrong, 2 it was called wrongly. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const

/** Runs a program to its end: what a person can mend is one line, a defect of ours is a stack. */
export async function runAsCommand(work: () => Promise<void>): Promise<never> {
  // PostgreSQL runs as another account and must read what we write for it; what is secret says so.
  process.umask(0o022)
  // A terminal or a pipe that is gone must not keep us from ending in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  // For instance a connection that breaks while nobody waits for it.
  process.once('uncaughtException', (error) => void fail(error))
  try {
    await work()
    await flushed()
    return process.exit(process.exitCode ?? exitCodes.done)
  } catch (error) {
    return await fail(error)
  }
}

async function fail(error: unknown): Promise<never> {
  const problem = explain(error)
  const text = problem?.line ?? (error instanceof Error ? error.stack : String(error))
  process.stderr.write(`fluence: ${text}\n`)
  await flushed()
  return process.exit(exitCodes.failed)
}

/** An answer written into a pipe would be cut off by exit(). */
const flushed = () =>
  Promise.all(
    [process.stdout, process.stderr].map(
      (stream) => new Promise<void>((resolve) => stream.write('', () => resolve())),
    ),
  )
