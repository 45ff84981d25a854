// Runs before every npm script of ours, on whatever Node the machine has (20 or later): installs
// the packages if they are missing or the lock file has changed; with --dev also those that only
// development needs, which production leaves out. Plain JavaScript, no dependency.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const modules = path.join(project, 'node_modules')
const mark = path.join(modules, '.fluence-installed')
const npmRecord = path.join(modules, '.package-lock.json')
const turn = path.join(project, '.install-lock')
const aside = path.join(project, '.install-aside')
const needsDev = process.argv.includes('--dev')
const major = (version) => Number(version.replace('v', '').split('.')[0])

function fail(what, advice) {
  process.stderr.write(`fluence: ${what} ${advice}\n`)
  process.exit(1)
}

if (major(process.versions.node) < 20) {
  fail(`Node ${process.versions.node} is too old.`, 'Install Node 20 or later.')
}

const listed = ['dependencies', 'optionalDependencies', 'devDependencies']
const read = (name) => fs.readFileSync(path.join(project, name), 'utf8')
const manifest = JSON.parse(read('package.json'))
const lockText = read('package-lock.json')
const locked = JSON.parse(lockText).packages ?? {}

const slim = createHash('sha256')
  .update(JSON.stringify([...listed, 'overrides'].map((field) => manifest[field])))
  .update(lockText)
  .digest('hex')
const full = `${slim} with dev packages`
const unfinished = 'unfinished'

function marked() {
  try {
    return fs.readFileSync(mark, 'utf8')
  } catch {
    return undefined
  }
}

function isInstalled() {
  const found = marked()
  if (found === full || (found === slim && !needsDev)) return true
  if (found === unfinished || !holds(needsDev)) return false
  // Installed by npm without us: in an image, say, whose files nobody can change.
  requireNode()
  try {
    fs.writeFileSync(mark, holds(true) ? full : slim)
  } catch {
    // Then the next start looks again.
  }
  return true
}

/** Whether npm's own record of node_modules agrees with the lock file, and that with our wishes. */
function holds(dev) {
  if (!listed.every((field) => isDeepStrictEqual(locked['']?.[field], manifest[field])))
    return false
  try {
    const present = JSON.parse(fs.readFileSync(npmRecord, 'utf8')).packages
    return Object.entries(locked).every(
      ([place, { version, integrity, ...about }]) =>
        !isNeeded(place, about, dev) ||
        (present[place]?.version === version && present[place].integrity === integrity),
    )
  } catch {
    return false
  }
}

function isNeeded(place, { dev: onlyDev, devOptional, optional, os, cpu }, dev) {
  if (place === '' || ((onlyDev || devOptional) && !dev)) return false
  if (!optional) return true
  // The optional ones that we name are a Node and a PostgreSQL for each platform.
  return (
    place.replace('node_modules/', '') in (manifest.optionalDependencies ?? {}) &&
    [os ?? process.platform].flat().includes(process.platform) &&
    [cpu ?? process.arch].flat().includes(process.arch)
  )
}

/** Two starts at once: the second waits for the packages that the first one installs. */
async function waitForTurn() {
  let told = false
  while (!takeTurn()) {
    const pid = atWork()
    if (pid === undefined) fs.rmSync(turn, { force: true })
    else {
      if (pid > 0 && !told) {
        process.stderr.write(`Waiting for process ${pid}, which installs the packages\n`)
        told = true
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  process.on('exit', () => fs.rmSync(turn, { force: true }))
}

function takeTurn() {
  try {
    fs.writeFileSync(turn, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    return error.code === 'EEXIST' ? false : cannotWrite(project, error)
  }
}

function cannotWrite(folder, { code }) {
  fail(
    `Packages are missing or out of date, and ${folder} cannot be written (${code}).`,
    'Make the folder writable, then run the same command again.',
  )
}

/** The process that has the turn; 0 if it is just about to say so. */
function atWork() {
  try {
    const tooLong = 15 * 60_000
    if (Date.now() - fs.statSync(turn).mtimeMs > tooLong) return undefined
    return fs.readFileSync(turn, 'utf8').split(' ').map(Number).find(isAlive)
  } catch {
    return undefined
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
function npm(args) {
  const child = spawn('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, npm_config_update_notifier: 'false' },
  })
  // If we are killed, it goes on: so the others wait for both.
  if (child.pid !== undefined) fs.appendFileSync(turn, ` ${child.pid}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('close', resolve)
  })
}

async function install() {
  await waitForTurn()
  if (isInstalled()) return
  process.stderr.write('Installing packages (about half a minute)\n')
  const before = marked()
  const there = fs.existsSync(modules)
  const broken = there && (before === unfinished || !fs.existsSync(npmRecord)) && setAside()
  const kept = there && !broken
  try {
    if (kept) fs.writeFileSync(mark, unfinished)
  } catch (error) {
    cannotWrite(modules, error)
  }
  // npm install changes what differs, so a running server keeps its files, and it puts things back
  // where it fails; npm ci would take all away first.
  const how = kept ? ['install', '--no-save'] : ['ci']
  const code = await npm(needsDev ? [...how, '--include=dev'] : how)
  if (code !== 0) {
    if (kept && code !== null) fs.writeFileSync(mark, before ?? '')
    if (broken) putBack()
    fail(
      'The packages could not be installed.',
      'See the lines above; check the network and the disk, then run the same command again.',
    )
  }
  fs.rmSync(aside, { recursive: true, force: true })
  fs.rmSync(mark, { force: true })
  requireNode()
  fs.writeFileSync(mark, needsDev || holds(true) ? full : slim)
}

/** What was cut off may have left half a package, which npm install would not notice. */
function setAside() {
  try {
    fs.rmSync(aside, { recursive: true, force: true })
    fs.renameSync(modules, aside)
    return true
  } catch {
    // A folder that is mounted cannot be moved.
    return false
  }
}

function putBack() {
  fs.rmSync(modules, { recursive: true, force: true })
  fs.renameSync(aside, modules)
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

if (!isInstalled()) await install()
