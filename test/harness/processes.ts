import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { projectDir } from '../../src/server/env.ts'
import { commandLine, isAlive, pause, until } from '../../src/server/postgres/processes.ts'

type Variables = Record<string, string | undefined>

export interface StartOptions {
  readonly env?: Variables
  /** The program and its arguments; the server by itself unless said otherwise. */
  readonly command?: readonly string[]
  readonly cwd?: string
  /** Whether the test types something. */
  readonly input?: boolean
}

export const node = path.join(projectDir, 'node_modules/.bin/node')
export const server = [node, 'src/server/main.ts'] as const
export const npmStart = ['npm', 'start'] as const
export const cli = [node, 'src/cli/main.ts'] as const

/** One program that a test has started, leader of a process group of its own. */
export class Program {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  ended: { code: number | null; signal: string | null } | undefined

  constructor({ env = {}, command = server, cwd = projectDir, input }: StartOptions) {
    const [file = '', ...args] = command
    this.child = spawn(file, args, {
      cwd,
      detached: true,
      stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      env: { ...plainEnvironment(), ...env },
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.child.on('error', (error) => {
      this.stderr += error.message
      this.ended = { code: null, signal: null }
    })
    this.child.on('close', (code, by) => {
      this.ended = { code, signal: by }
    })
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** The address in the block that a start prints; there once the server is ready. */
  get url(): string | undefined {
    return /^ {2}GraphQL +(http:\S+)\/graphql$/m.exec(this.stdout)?.[1]
  }

  signal(name: NodeJS.Signals): void {
    kill(this.pid, name)
  }

  /** Ctrl-C in a terminal, say, reaches every process of the group. */
  signalGroup(name: NodeJS.Signals): void {
    kill(-this.pid, name)
  }

  type(text: string): void {
    this.child.stdin?.write(text)
  }

  /** Waits until it has said something. */
  async says(text: string): Promise<void> {
    const heard = () => (this.stdout + this.stderr).includes(text)
    await until(60_000, () => heard() || this.ended)
    if (!heard()) throw new Error(`does not say ${text}:\n${this.stdout}${this.stderr}`)
  }

  /** Waits for the block; its address. */
  async ready(): Promise<string> {
    const url = await until(60_000, () => this.url ?? (this.ended && ''))
    if (!url) throw new Error(`did not get ready:\n${this.stdout}${this.stderr}`)
    return url
  }

  /** Waits for the end; the exit code, or the signal that ended it. */
  async end(ms = 60_000): Promise<number | string | null> {
    const ended = await until(ms, () => this.ended)
    if (ended === undefined) throw new Error(`does not end:\n${this.stdout}${this.stderr}`)
    return ended.code ?? ended.signal
  }
}

export function kill(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Gone already.
  }
}

/** Without what vitest and the npm that runs it have put into the environment. */
function plainEnvironment(): Variables {
  const { PATH, HOME, LANG, TMPDIR } = process.env
  return { PATH, HOME, LANG, TMPDIR }
}

/** Starts a program for one test; it is ended with the test, whatever becomes of it. */
export function start(options: StartOptions = {}): Program {
  const program = new Program(options)
  onTestFinished(async () => {
    program.signalGroup('SIGKILL')
    await program.end()
  })
  return program
}

/** Runs a program to its end. */
export async function run(
  options: StartOptions,
): Promise<{ code: number | string | null; stdout: string; stderr: string }> {
  const program = start(options)
  const code = await program.end()
  return { code, stdout: program.stdout, stderr: program.stderr }
}

/** A port that nobody uses at the moment. */
export async function freePort(): Promise<string> {
  const taken = await occupyPort()
  await taken.release()
  return taken.port
}

/** A port that somebody uses until it is released. */
export async function occupyPort(): Promise<{ port: string; release(): Promise<void> }> {
  const listener = net.createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: String((listener.address() as AddressInfo).port),
    release: () => new Promise((resolve) => listener.close(() => resolve())),
  }
}

/** A folder in which every account may look around, gone after the test with all that runs in it. */
export function temporaryFolder(): string {
  const dir = makeFolder()
  onTestFinished(() => removeFolder(dir))
  return dir
}

export function makeFolder(): string {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-house-')))
  fs.chmodSync(dir, 0o755)
  return dir
}

export async function removeFolder(dir: string): Promise<void> {
  await until(15_000, () => {
    const left = processesOf(dir)
    for (const pid of left) kill(pid, 'SIGKILL')
    return left.length === 0
  })
  fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
}

/**
 * Every process that has to do with a folder: named in its command, in its environment, or where it
 * works. So npm, the server, PostgreSQL, each of its helpers, and the keeper.
 */
export function processesOf(dir: string): number[] {
  return fs
    .readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && isAlive(pid) && isAbout(pid, dir))
}

function isAbout(pid: number, dir: string): boolean {
  const read = (what: () => string) => {
    try {
      return what()
    } catch {
      return ''
    }
  }
  const text = [
    read(() => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
    read(() => fs.readFileSync(`/proc/${pid}/environ`, 'utf8')),
    read(() => fs.readlinkSync(`/proc/${pid}/cwd`)),
  ].join('\0')
  return text.includes(dir)
}

/** What runs in a data folder, by what it is. */
export function cast(dataDir: string) {
  const all = processesOf(dataDir).map((pid) => ({ pid, line: commandLine(pid) }))
  const find = (what: RegExp) => all.find(({ line }) => what.test(line))?.pid
  return {
    server: find(/^\S*node .*src\/server\/main\.ts/),
    postmaster: find(/^\S*postgres -D /),
    backend: find(/^postgres: fluence_/),
    keeper: find(/ keeper /),
  }
}

/** Waits until nothing that has to do with a folder runs; what still runs if it takes too long. */
export async function leftAfter(ms: number, dir: string): Promise<string[]> {
  const end = performance.now() + ms
  while (processesOf(dir).length > 0 && performance.now() < end) await pause(100)
  return processesOf(dir).map((pid) => `${pid} ${commandLine(pid)}`)
}

export async function get(url: string): Promise<{ status: number; body: unknown } | undefined> {
  try {
    const response = await fetch(url, { headers: { connection: 'close' } })
    return { status: response.status, body: await response.json() }
  } catch {
    return undefined
  }
}

/** Waits until an address answers with that status. */
export async function answers(url: string, status = 200): Promise<unknown> {
  const found = await until(60_000, async () => {
    const answer = await get(url)
    return answer?.status === status && answer
  })
  if (!found) throw new Error(`${url} does not answer with ${status}`)
  return found.body
}

export async function graphql(url: string, document: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ query: document }),
  })
  return response.json()
}

/** The embedded database of a data folder, as its superuser. */
export function superuserUrl(dataDir: string, database = 'fluence'): string {
  const read = (name: string) => fs.readFileSync(path.join(dataDir, name), 'utf8').trim()
  return `postgres://postgres:${read('superuser.password')}@127.0.0.1:${read('port')}/${database}`
}

export async function query<T extends object>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql, values)).rows as T[]
  } finally {
    await client.end().catch(() => {})
  }
}

/** A data folder that had its first start, to be copied by the tests that want a later one. */
export async function preparedFolder(): Promise<{ copy(): string; remove(): Promise<void> }> {
  const dir = makeFolder()
  const data = path.join(dir, 'data')
  const program = new Program({
    env: { FLUENCE_DATA_DIR: data, PORT: await freePort(), FLUENCE_DEMO: 'off' },
  })
  await program.ready()
  program.signal('SIGTERM')
  if ((await program.end()) !== 0) throw new Error(program.stderr)
  return {
    copy() {
      const copy = path.join(temporaryFolder(), 'data')
      execFileSync('cp', ['-a', data, copy])
      return copy
    },
    remove: () => removeFolder(dir),
  }
}

/** One clear line, no stack, exit code 1. */
export function expectRefusal(
  { code, stdout, stderr }: Awaited<ReturnType<typeof run>>,
  line: RegExp,
): void {
  const said = stderr.split('\n').filter((text) => text.startsWith('fluence: '))
  expect(said).toEqual([expect.stringMatching(line)])
  expect(stderr).not.toMatch(/^ +at /m)
  expect(stdout).not.toContain('Fluence is ready')
  expect(code).toBe(1)
}
