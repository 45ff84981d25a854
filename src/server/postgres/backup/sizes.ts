import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../../../problem.ts'
import type { Say } from '../launch.ts'

const gap = 1.05

/** As people read it: 1.3 GB. */
export function readable(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`
}

/** Where a folder is not there yet, what there is above it. */
export function freeBytes(dir: string): number {
  if (!fs.existsSync(dir)) return freeBytes(path.dirname(dir))
  const { bavail, bsize } = fs.statfsSync(dir)
  return bavail * bsize
}

export function refuseWithoutRoom(dir: string, bytes: number): void {
  const free = freeBytes(dir)
  if (free >= bytes * gap) return
  throw new Problem(
    `The disk of ${dir} has ${readable(free)} left, and ${readable(bytes)} are needed.`,
    'Free some space there, or choose another folder.',
  )
}

/** Tells of work that is measured: at its begin, and then every two seconds. */
export function percent(what: string, say: Say): (done: number, all: number) => void {
  let next = Number.NEGATIVE_INFINITY
  return (done, all) => {
    if (performance.now() < next) return
    next = performance.now() + 2000
    say(`${what}: ${Math.floor((100 * done) / Math.max(1, all))} %`)
  }
}
