// Runs before every npm script of ours, on whatever Node the machine has (20 or later): installs
// the packages if they are missing or the lock file has changed. Plain JavaScript, no dependency.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const modules = path.join(project, 'node_modules')
const mark = path.join(modules, '.fluence-installed')
const sha256 = (...texts) =>
  texts.reduce((hash, t) => hash.update(t), createHash('sha256')).digest('hex')
const major = (version) => Number(version.replace('v', '').split('.')[0])

function fail(what, advice) {
  process.stderr.write(`fluence: ${what} ${advice}\n`)
  process.exit(1)
}

if (major(process.versions.node) < 20) {
  fail(`Node ${process.versions.node} is too old.`, 'Install Node 20 or later.')
}

const read = (file) => fs.readFileSync(path.join(project, file))
const wanted = sha256(read('package.json'), read('package-lock.json'))

function installed() {
  try {
    return fs.readFileSync(mark, 'utf8')
  } catch {
    return undefined
  }
}

/** Two starts at once: the second waits for the packages that the first one installs. */
async function waitForTurn() {
  const user = process.getuid?.() ?? ''
  const turn = path.join(os.tmpdir(), `fluence-install-${user}-${sha256(project).slice(0, 16)}`)
  for (;;) {
    try {
      fs.writeFileSync(turn, String(process.pid), { flag: 'wx' })
      process.on('exit', () => fs.rmSync(turn, { force: true }))
      return turn
    } catch (error) {
      if (error.code !== 'EEXIST') return undefined
    }
    if (!isAtWork(turn)) fs.rmSync(turn, { force: true })
    else await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function isAtWork(turn) {
  try {
    const tooLong = 15 * 60_000
    if (Date.now() - fs.statSync(turn).mtimeMs > tooLong) return false
    return fs
      .readFileSync(turn, 'utf8')
      .split(' ')
      .some((pid) => isAlive(Number(pid)))
  } catch {
    return false
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Answers with npm's exit code; null if it was killed. */
function npm(args, turn) {
  const child = spawn('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, npm_config_update_notifier: 'false' },
  })
  // If we are killed, it goes on: so the others wait for both.
  if (turn !== undefined) fs.appendFileSync(turn, ` ${child.pid ?? ''}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('close', resolve)
  })
}

async function install() {
  const turn = await waitForTurn()
  const before = installed()
  if (before === wanted) return
  process.stderr.write('Installing packages (about half a minute)\n')
  // A running server keeps its files under npm install, which changes what differs; npm ci takes
  // all away first, which is right where nobody knows what an earlier attempt has left.
  fs.rmSync(mark, { force: true })
  const code = await npm(before === undefined ? ['ci'] : ['install', '--no-save'], turn)
  if (code !== 0) {
    // Having failed by itself, npm install has put things back.
    if (before !== undefined && code !== null) fs.writeFileSync(mark, before)
    fail(
      'The packages could not be installed.',
      'See the lines above; check the network and the disk, then run the same command again.',
    )
  }
  requireNode()
  fs.writeFileSync(mark, wanted)
}

/** npm scripts run on the Node that the packages bring, else on the machine's own. */
function requireNode() {
  const bundled = path.join(modules, '.bin/node')
  const { stdout } = spawnSync(bundled, ['--version'], { encoding: 'utf8' })
  const version = fs.existsSync(bundled) ? stdout || '' : process.versions.node
  if (major(version) >= 24) return
  fail(
    `npm has no Node 24 for ${process.platform} on ${process.arch}.`,
    'Install Node 24 on this machine, then run the same command again.',
  )
}

if (installed() !== wanted) await install()
