import { spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import { type Account, asAccount, type Binaries, type Command } from './binaries.ts'
import { type ClusterFolder, createFile } from './cluster-folder.ts'
import { explainStart, serverEnvironment } from './launch.ts'

/**
 * An archived database with little to do fills and keeps a file of the log each minute: a small one
 * takes less. Databases that were made before keep their size.
 */
const segmentMegabytes = 4

const unfinishedName = 'postgres.unfinished.'

/** Makes the data of a new server. They appear whole or not at all, however we are ended. */
export async function createData(
  folder: ClusterFolder,
  binaries: Binaries,
  account: Account | undefined,
): Promise<void> {
  refuseForeignFolder(folder)
  const unfinished = folder.at(unfinishedName + process.pid)
  fs.mkdirSync(unfinished, { mode: 0o700 })
  const password = crypto.randomBytes(24).toString('base64url')
  fs.writeFileSync(folder.passwordFile, `${password}\n`, { mode: 0o600, flush: true })
  // initdb runs as another account and must read the password: it gets a copy for that long.
  const copy = folder.at('socket', '.password')
  const handle = createFile(copy, 0o600)
  fs.writeSync(handle, `${password}\n`)
  if (account !== undefined) {
    fs.chownSync(unfinished, account.uid, account.gid)
    fs.fchownSync(handle, account.uid, account.gid)
  }
  fs.closeSync(handle)
  const locale =
    binaries.major >= 17
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C.UTF-8']
  const made = await run(
    asAccount(account, folder.dir, path.join(binaries.bin, 'initdb'), [
      `--pgdata=${unfinished}`,
      '--username=postgres',
      `--pwfile=${copy}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-instructions',
      `--wal-segsize=${segmentMegabytes}`,
      ...locale,
    ]),
  )
  fs.rmSync(copy, { force: true })
  if (!made.done) {
    const problem = explainStart(folder, made.text)
    clearUnfinished(folder)
    throw problem
  }
  const settings = path.join(unfinished, 'postgresql.conf')
  fs.appendFileSync(settings, "\ninclude 'fluence.conf'\n", { flush: true })
  fs.renameSync(unfinished, folder.data)
  outlivePowerFailure(folder.dir)
}

/** Else the next start could find the data under the old name and clear them away. */
function outlivePowerFailure(dir: string): void {
  const handle = fs.openSync(dir, 'r')
  try {
    fs.fsyncSync(handle)
  } finally {
    fs.closeSync(handle)
  }
}

/** Never touches what is there and may be somebody's data. */
function refuseForeignFolder(folder: ClusterFolder): void {
  if (!fs.existsSync(folder.data)) return
  throw new Problem(
    `${folder.data} holds no database that this user can read.`,
    'Start as the user who made it, move it away, or set FLUENCE_DATA_DIR to another folder.',
  )
}

/** What starts that were killed in the middle left behind. */
export function clearUnfinished(folder: ClusterFolder): void {
  for (const name of fs.readdirSync(folder.dir)) {
    if (!name.startsWith(unfinishedName)) continue
    try {
      fs.rmSync(folder.at(name), { recursive: true, force: true, maxRetries: 3 })
    } catch {
      // Its initdb still writes there; the next start clears it.
    }
  }
}

/** Out of reach of Ctrl-C, which is for us alone: whoever starts finishes this step first. */
function run(command: Command): Promise<{ done: boolean; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(command.file, command.args, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: serverEnvironment(),
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
    }
    child.on('error', (error) => resolve({ done: false, text: error.message }))
    child.on('close', (code) => resolve({ done: code === 0, text }))
  })
}
