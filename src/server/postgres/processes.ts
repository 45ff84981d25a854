import { spawnSync } from 'node:child_process'
import fs from 'node:fs'

/**
 * What tells a process from a later one with the same number: the moment it was started. Undefined
 * for a process that is gone, or dead and only waiting to be collected.
 */
export function startedAt(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (process.platform === 'linux') {
    try {
      // Fields after the program's name, which stands in brackets and may hold anything.
      const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
      return fields === undefined || /^[ZX]/.test(fields[0] ?? 'Z') ? undefined : fields[19]
    } catch {
      return undefined
    }
  }
  const ps = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
  const text = ps.stdout.trim()
  return ps.status !== 0 || text === '' || text.startsWith('Z') ? undefined : text.slice(4).trim()
}

/** The program and its arguments; nothing for a process that is gone. */
export function commandLine(pid: number): string {
  if (process.platform === 'linux') {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    } catch {
      return ''
    }
  }
  return spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout
}

export const isAlive = (pid: number) => startedAt(pid) !== undefined

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Asks again and again until there is an answer or the time is up. */
export async function until<T>(
  ms: number,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T | undefined> {
  const end = performance.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() >= end) return undefined
    await pause(20)
  }
}

type Holder = { readonly pid: number } & Record<string, unknown>

/** A file that says which live process holds something. Left behind by a dead one, it is void. */
export class ProcessFile {
  readonly file: string

  constructor(file: string) {
    this.file = file
  }

  /** Takes it for this process; false if another live process holds it. */
  take(note: object = {}): boolean {
    const text = JSON.stringify({ pid: process.pid, started: startedAt(process.pid), ...note })
    const temporary = `${this.file}.${process.pid}`
    try {
      fs.writeFileSync(temporary, text)
      for (let attempt = 0; attempt < 3; attempt += 1) {
        try {
          // A hard link appears whole or not at all, so nobody reads half a file.
          fs.linkSync(temporary, this.file)
          return true
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        }
        const holder = this.holder()
        if (holder !== undefined) return holder.pid === process.pid
        this.#dropVoid()
      }
      return false
    } finally {
      fs.rmSync(temporary, { force: true })
    }
  }

  /**
   * Two may find it void at once, and the slower one would take away what the faster one has put
   * there since. So that is for one at a time, who looks again: nobody else replaces a void one.
   */
  #dropVoid(): void {
    const right = new ProcessFile(`${this.file}.void`)
    if (!right.take()) return
    try {
      if (this.#read() === 'void') fs.rmSync(this.file, { force: true })
    } finally {
      right.release()
    }
  }

  /** The live process that holds it, with its note. */
  holder(): Holder | undefined {
    const held = this.#read()
    return held === 'void' ? undefined : held
  }

  /** What stands in it; undefined where there is none. */
  #read(): Holder | 'void' | undefined {
    try {
      const held = JSON.parse(fs.readFileSync(this.file, 'utf8')) as Holder
      const started = startedAt(held.pid)
      return started !== undefined && started === held['started'] ? held : 'void'
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'void'
    }
  }

  release(): void {
    if (this.holder()?.pid === process.pid) fs.rmSync(this.file, { force: true })
  }
}
