// Runs before every npm script of ours, on whatever Node the machine has (20 or later): installs
// the packages if they are missing or the lock file has changed. Plain JavaScript, no dependency.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const modules = path.join(project, 'node_modules')
const mark = path.join(modules, '.fluence-installed')

const hash = createHash('sha256')
for (const name of ['package.json', 'package-lock.json']) {
  hash.update(fs.readFileSync(path.join(project, name)))
}
const wanted = hash.digest('hex')

function fail(what, advice) {
  process.stderr.write(`fluence: ${what} ${advice}\n`)
  process.exit(1)
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node ${process.version} is too old.`, 'Install Node 20 or later.')
}

function isInstalled() {
  try {
    return fs.readFileSync(mark, 'utf8') === wanted
  } catch {
    return false
  }
}

if (!isInstalled()) {
  // A running server keeps its files under npm install, which changes what differs; npm ci would
  // take them all away first.
  const command = fs.existsSync(modules) ? ['install', '--no-save'] : ['ci']
  process.stderr.write('Installing packages (about half a minute)\n')
  const npm = spawnSync('npm', [...command, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
    stdio: ['ignore', 2, 2],
    // The scripts of a production installation need its own packages only; npm knows from this.
    env: { ...process.env, npm_config_update_notifier: 'false' },
  })
  if (npm.status !== 0) {
    fail(
      'The packages could not be installed.',
      'See the lines above; check the network and the disk, then run the same command again.',
    )
  }
  fs.writeFileSync(mark, wanted)
}
