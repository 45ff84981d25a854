import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectDir } from '../../src/server/env.ts'
import { cli, expectRefusal, run, temporaryFolder } from '../harness/processes.ts'

const isRoot = process.getuid?.() === 0
const migrate = [...cli, 'migrate'] as const

/** Runs a command in a shell that has done something first. */
const after = (first: string, command: readonly string[]) =>
  ['sh', '-c', `${first}; exec "$@"`, 'after', ...command] as const

test('a strict umask keeps nothing from PostgreSQL that it must read', async () => {
  const dir = temporaryFolder()
  fs.chmodSync(dir, 0o755)
  const env = { FLUENCE_DATA_DIR: path.join(dir, 'data') }
  expect((await run({ env, command: after('umask 077', migrate) })).code).toBe(0)
  expect(fs.statSync(path.join(env.FLUENCE_DATA_DIR, 'superuser.password')).mode & 0o777).toBe(
    0o600,
  )
})

test("libpq's variables do not reach the embedded database", async () => {
  const env = {
    FLUENCE_DATA_DIR: path.join(temporaryFolder(), 'data'),
    PGSSLMODE: 'require',
    PGOPTIONS: '-c default_transaction_read_only=on',
    PGHOST: '192.0.2.1',
  }
  expect((await run({ env, command: migrate })).code).toBe(0)
})

test('a folder that cannot be made is told at once', async () => {
  const env = { FLUENCE_DATA_DIR: '/proc/fluence/data' }
  expectRefusal(await run({ env, command: migrate }), /cannot be made|Permission denied|read-only/)
})

describe('DATABASE_URL', () => {
  for (const parameter of [
    'user=postgres',
    'password=x',
    'host=h',
    'port=1',
    'options=-c%20role=x',
  ]) {
    test(`may not say "${parameter}" beside the address`, async () => {
      const env = { DATABASE_URL: `postgres://u:p@127.0.0.1:1/d?${parameter}` }
      expectRefusal(await run({ env, command: migrate }), /^fluence: DATABASE_URL is not/)
    })
  }
})

if (isRoot) {
  describe('root', () => {
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

    test("leaves another user's data alone, and they go on working", async () => {
      const dir = temporaryFolder()
      fs.chownSync(dir, 65_534, 65_534)
      const env = { FLUENCE_DATA_DIR: path.join(dir, 'data'), HOME: dir }
      const theirs = [...nobody, ...cli, 'org', 'list']
      expect((await run({ env, command: theirs })).code).toBe(0)
      expectRefusal(await run({ env, command: migrate }), /belong to the user 65534/)
      expect((await run({ env, command: theirs })).code).toBe(0)
    })

    test('is not led elsewhere by a link that was planted in the folder', async () => {
      const dir = temporaryFolder()
      fs.chmodSync(dir, 0o755)
      const env = { FLUENCE_DATA_DIR: path.join(dir, 'data') }
      expect((await run({ env, command: migrate })).code).toBe(0)
      const victim = path.join(dir, 'victim')
      fs.writeFileSync(victim, 'untouched')
      for (const name of ['log/start.log', 'postgres/fluence.conf']) {
        const file = path.join(env.FLUENCE_DATA_DIR, name)
        fs.rmSync(file, { force: true })
        fs.symlinkSync(victim, file)
      }
      expect((await run({ env, command: migrate })).code).toBe(0)
      expect(fs.readFileSync(victim, 'utf8')).toBe('untouched')
    })
  })
}

test('the documents link to nothing that is not there', () => {
  const files = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'docs/operations.md',
    'sql/README.md',
  ]
  const dead = files.flatMap((file) =>
    [...fs.readFileSync(path.join(projectDir, file), 'utf8').matchAll(/\]\(([^)#:]+)[^):]*\)/g)]
      .map(([, link = '']) => path.resolve(projectDir, path.dirname(file), link))
      .filter((target) => !fs.existsSync(target)),
  )
  expect(dead).toEqual([])
})
