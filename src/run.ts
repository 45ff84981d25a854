import { explain } from './problem.ts'

/** Exit codes of every command: 0 done, 1 it went wrong, 2 it was called wrongly. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const

/** Runs a program to its end: what a person can mend is one line, a defect of ours is a stack. */
export async function runAsCommand(work: () => Promise<void>): Promise<never> {
  try {
    await work()
    await flushed()
    process.exit(process.exitCode ?? exitCodes.done)
  } catch (error) {
    const problem = explain(error)
    const text = problem?.line ?? (error instanceof Error ? error.stack : String(error))
    process.stderr.write(`fluence: ${text}\n`)
    await flushed()
    process.exit(exitCodes.failed)
  }
}

/** An answer written into a pipe would be cut off by exit(). */
const flushed = () =>
  Promise.all(
    [process.stdout, process.stderr].map(
      (stream) => new Promise<void>((resolve) => stream.write('', () => resolve())),
    ),
  )

