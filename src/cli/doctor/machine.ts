import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Env } from '../../server/env.ts'
import { findEmbedded, noEmbedded } from '../../server/postgres/binaries.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning, problem } = findingsOf('machine')
const gigabyte = 2 ** 30

export function checkMachine(env: Env): Finding[] {
  const embedded = env.databaseUrl === undefined
  return [
    checkNode(),
    checkMemory(),
    ...(embedded ? [checkPlatform(), checkFolder(env.dataDir), checkDisk(env.dataDir)] : []),
    ...(embedded && process.getuid?.() === 0 ? [checkAccount(), checkSetpriv()] : []),
  ]
}

function checkNode(): Finding {
  const { node } = process.versions
  return Number(node.split('.')[0]) >= 24
    ? ok(`Node ${node}`)
    : problem(`Node ${node} runs this, and Fluence needs 24.`, 'npm run -s fluence -- doctor')
}

function checkPlatform(): Finding {
  const native = findEmbedded()
  if (native !== undefined && fs.existsSync(path.join(native, 'bin/postgres')))
    return ok(`embedded PostgreSQL for ${process.platform} on ${process.arch}`)
  const { message, advice } = noEmbedded()
  return problem(message, advice)
}

/** What this process could still get: in a container, what that has left. */
function checkMemory(): Finding {
  const free = process.availableMemory()
  const says = `${readable(free)} of memory free`
  return free < gigabyte / 2
    ? warning(says, 'End other programs, or use a larger machine: Fluence likes 1 GB.')
    : ok(says)
}

function checkFolder(dataDir: string): Finding {
  try {
    fs.accessSync(existing(dataDir), fs.constants.W_OK)
    return ok(`data folder ${dataDir}`)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'EROFS' ? 'is read-only' : 'is not ours'
    return problem(
      `The data folder ${dataDir} ${why}.`,
      'Set FLUENCE_DATA_DIR to a folder that can be written.',
    )
  }
}

function checkDisk(dataDir: string): Finding {
  const { bavail, bsize } = fs.statfsSync(existing(dataDir))
  const says = `${readable(bavail * bsize)} of disk free`
  const mend = 'Free some space, or set FLUENCE_DATA_DIR to a larger disk.'
  if (bavail * bsize < gigabyte / 5) return problem(says, mend)
  return bavail * bsize < gigabyte ? warning(says, mend) : ok(says)
}

/** A folder that is not there yet will be made in the next one above that is. */
const existing = (dir: string): string => (fs.existsSync(dir) ? dir : existing(path.dirname(dir)))

const runs = (file: string, ...args: string[]) =>
  spawnSync(file, args, { stdio: 'ignore' }).status === 0

function checkAccount(): Finding {
  if (runs('id', 'postgres')) return ok('user postgres, as whom PostgreSQL runs under root')
  return runs('useradd', '--help')
    ? ok('no user postgres, which the first start will make')
    : problem(
        'There is no user postgres, and no useradd to make it.',
        'Create a system user named postgres.',
      )
}

function checkSetpriv(): Finding {
  return runs('setpriv', '--version')
    ? ok('setpriv, with which root becomes another user')
    : problem(
        'There is no setpriv, with which root becomes the user postgres.',
        'Install util-linux, or start as another user than root.',
      )
}

function readable(bytes: number): string {
  return bytes < gigabyte
    ? `${Math.floor(bytes / 2 ** 20)} MB`
    : `${(bytes / gigabyte).toFixed(1)} GB`
}
