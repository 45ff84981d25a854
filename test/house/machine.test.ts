import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { projectDir } from '../../src/server/env.ts'
import {
  answers,
  cast,
  cli,
  expectRefusal,
  freePort,
  leftAfter,
  preparedFolder,
  query,
  run,
  server,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

let prepared: Awaited<ReturnType<typeof preparedFolder>>
beforeAll(async () => {
  prepared = await preparedFolder()
})
afterAll(() => prepared.remove())

const isRoot = process.getuid?.() === 0
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
const succeeds = ([file = '', ...args]: string[]) => spawnSync(file, args).status === 0

/** Whether this machine lets us make small file systems of our own. */
const canMount = isRoot && succeeds(['unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
/** Whether another user can read this checkout at all. */
const isForOthers = isRoot && succeeds([...nobody, 'test', '-r', path.join(projectDir, 'src')])

const settings = async (data: string) => ({ FLUENCE_DATA_DIR: data, PORT: await freePort() })

async function expectRuns(options: Parameters<typeof start>[0]): Promise<void> {
  const program = start(options)
  await answers(`${await program.ready()}/readyz`)
  program.signal('SIGTERM')
  expect(await program.end()).toBe(0)
}

if (canMount) {
  /** A file system of that many megabytes, gone after the test. */
  const disk = (megabytes: number): string => {
    const dir = temporaryFolder()
    expect(
      succeeds(['mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', dir]),
    ).toBe(true)
    onTestFinished(async () => {
      await leftAfter(10_000, dir)
      succeeds(['umount', '--lazy', dir])
    })
    return dir
  }
  const fill = (dir: string) => void spawnSync('dd', ['if=/dev/zero', `of=${dir}/fill`, 'bs=64k'])

  describe('a full disk', () => {
    // Full for us, for initdb, for the database, and for its write-ahead log while it migrates.
    for (const megabytes of [1, 20, 32, 36]) {
      test(`is told in one line on a first start with ${megabytes} MB`, async () => {
        const data = path.join(disk(megabytes), 'data')
        const refused = await run({ env: await settings(data) })
        expectRefusal(refused, new RegExp(`The disk under ${data} is full\\. Free some space`))
        expect(await leftAfter(10_000, data)).toEqual([])
      })
    }

    test('that fills up loses nothing, is told by every start, and is over when there is room', async () => {
      const dir = disk(160)
      const data = path.join(dir, 'data')
      expect(succeeds(['cp', '-a', prepared.copy(), data])).toBe(true)
      const env = await settings(data)
      const program = start({ env })
      const url = await program.ready()
      const ask = (sql: string) => query(superuserUrl(data), sql)
      await ask('create table public.kept as select n, n as m from generate_series(1, 100000) as n')
      fill(dir)
      let changes = 0
      const change = async () => {
        for (;;) {
          await ask('update public.kept set m = m + 1 where n <= 20000')
          changes += 1
        }
      }
      await expect(change()).rejects.toThrow(/No space left|terminat|recovery|ECONNREFUSED/)
      expect(program.ended).toBeUndefined()

      const refused = await run({ command: [...cli, 'migrate'], env })
      expectRefusal(refused, /The disk .*is full\. Free some space/)
      program.signal('SIGTERM')
      expect(await program.end()).toBe(0)
      expect(await leftAfter(10_000, data)).toEqual([])
      expectRefusal(await run({ env }), /The disk .*is full\. Free some space/)

      fs.rmSync(path.join(dir, 'fill'))
      const next = start({ env })
      await next.ready()
      const kept = await query<{ changes: number }>(
        superuserUrl(data),
        'select (sum(m - n) / 20000)::int as changes from public.kept',
      )
      // The one that was on its way may have arrived.
      expect([changes, changes + 1]).toContain(kept[0]?.changes)
      await answers(`${url}/readyz`)
    })

    test('that ends PostgreSQL does not end the server, which goes on when there is room', async () => {
      const dir = disk(160)
      const data = path.join(dir, 'data')
      expect(succeeds(['cp', '-a', prepared.copy(), data])).toBe(true)
      const program = start({ env: await settings(data) })
      const url = await program.ready()
      fill(dir)
      process.kill(cast(data).postmaster ?? 0, 'SIGKILL')
      await program.says(`The disk under ${data} is full`)
      await answers(`${url}/readyz`, 503)
      fs.rmSync(path.join(dir, 'fill'))
      await program.says('PostgreSQL is back.')
      await answers(`${url}/readyz`)
    })
  })

  describe('a read-only disk', () => {
    test('is told in one line, with data and without', async () => {
      const dir = disk(160)
      const data = path.join(dir, 'data')
      expect(succeeds(['cp', '-a', prepared.copy(), data])).toBe(true)
      expect(succeeds(['mount', '-o', 'remount,ro', dir])).toBe(true)
      for (const folder of [data, path.join(dir, 'new')]) {
        expectRefusal(
          await run({ env: await settings(folder) }),
          /The file system is read-only \(.*\)\. Set FLUENCE_DATA_DIR to a folder that can be written/,
        )
      }
    })
  })
}

describe('data that this release cannot read', () => {
  const versions = [
    ['19', /written by PostgreSQL 19, .* brings PostgreSQL 18\. .*newer version: update Fluence/],
    ['17', /written by PostgreSQL 17, .* brings PostgreSQL 18\. Move them with pg_dump/],
  ] as const
  for (const [version, line] of versions) {
    test(`of PostgreSQL ${version}`, async () => {
      const data = prepared.copy()
      const file = path.join(data, 'postgres/PG_VERSION')
      fs.writeFileSync(file, `${version}\n`)
      expectRefusal(await run({ env: await settings(data) }), line)
      fs.writeFileSync(file, '18\n')
      await expectRuns({ env: await settings(data) })
    })
  }

  test('that is not there, where something else is', async () => {
    const data = path.join(temporaryFolder(), 'data')
    fs.mkdirSync(path.join(data, 'postgres'), { recursive: true })
    fs.writeFileSync(path.join(data, 'postgres/precious'), '')
    expectRefusal(await run({ env: await settings(data) }), /holds no database .* move it away/)
    expect(fs.readdirSync(path.join(data, 'postgres'))).toEqual(['precious'])
  })

  test('whose password is lost', async () => {
    const data = prepared.copy()
    fs.rmSync(path.join(data, 'superuser.password'))
    expectRefusal(await run({ env: await settings(data) }), /password is missing: .* from a backup/)
  })

  test('whose settings PostgreSQL does not take', async () => {
    const data = prepared.copy()
    fs.appendFileSync(path.join(data, 'postgres/postgresql.auto.conf'), 'nonsense = 1\n')
    expectRefusal(
      await run({ env: await settings(data) }),
      /PostgreSQL does not start: .*postgresql\.auto\.conf.* See the folder/,
    )
    expect(await leftAfter(10_000, data)).toEqual([])
  })
})

if (isRoot) {
  describe('root', () => {
    test('may keep the data where no other user may enter', async () => {
      const dir = temporaryFolder()
      fs.chmodSync(dir, 0o700)
      await expectRuns({ env: await settings(path.join(dir, 'deep/data')) })
    })

    test('may have as few rights as in a container', async () => {
      const dir = temporaryFolder()
      fs.chmodSync(dir, 0o700)
      const rights = 'chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,setfcap'
      const few = `-all,${rights
        .split(',')
        .map((right) => `+${right}`)
        .join(',')}`
      await expectRuns({
        command: ['setpriv', `--bounding-set=${few}`, '--inh-caps=-all', ...server],
        env: await settings(path.join(dir, 'data')),
      })
    })
  })
}

if (isForOthers) {
  describe('another user than root', () => {
    const home = () => {
      const dir = temporaryFolder()
      fs.chownSync(dir, 65_534, 65_534)
      return dir
    }

    test('starts, starts again, and uses the other commands', async () => {
      const HOME = home()
      const env = { HOME, ...(await settings(path.join(HOME, 'data'))) }
      await expectRuns({ command: [...nobody, 'npm', 'start'], env })
      const program = start({ command: [...nobody, ...server], env })
      await program.ready()
      const listed = await run({ command: [...nobody, ...cli, 'org', 'list', '--json'], env })
      expect(JSON.parse(listed.stdout)).toMatchObject([{ slug: 'demo' }])
    })

    test('is told that it may not write there', async () => {
      const HOME = home()
      const closed = path.join(HOME, 'closed')
      fs.mkdirSync(closed, { mode: 0o555 })
      fs.chownSync(closed, 65_534, 65_534)
      for (const data of [closed, path.join(closed, 'data'), prepared.copy()]) {
        expectRefusal(
          await run({
            command: [...nobody, ...server],
            env: { HOME, ...(await settings(data)) },
          }),
          /Permission denied \(.*\)\. Give this user the right to write there, or set FLUENCE_DATA_DIR/,
        )
      }
    })
  })
}
