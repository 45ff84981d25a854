import os from 'node:os'
import { parentPort } from 'node:worker_threads'
import bcrypt from 'bcrypt'

/** What a thread of passwords.ts is asked: to hash a digest, or to compare it with a hash. */
export type Ask = { readonly digest: string } & (
  | { readonly cost: number }
  | { readonly hash: string }
)

// Whatever else wants the processor goes first. Linux knows a priority for each thread; elsewhere
// this would slow down the whole server.
if (process.platform === 'linux') os.setPriority(0, 10)

parentPort?.on('message', (ask: Ask) => {
  const answer =
    'hash' in ask ? bcrypt.compareSync(ask.digest, ask.hash) : bcrypt.hashSync(ask.digest, ask.cost)
  parentPort?.postMessage(answer)
})
