import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readPosition, segmentAt, segmentName } from '../../src/server/postgres/backup/wal.ts'
import { ClusterFolder, startCluster } from '../../src/server/postgres/cluster.ts'
import { until } from '../../src/server/postgres/processes.ts'
import {
  cast,
  cli,
  expectRefusal,
  freePort,
  makeFolder,
  processesOf,
  Program,
  query,
  removeFolder,
  run,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

/** A data folder and its backups, beside each other in a folder of their own. */
class Home {
  readonly data: string
  readonly backups: string
  readonly env: Record<string, string>

  constructor(dir: string) {
    this.data = path.join(dir, 'data')
    this.backups = path.join(dir, 'backups')
    this.env = {
      FLUENCE_DATA_DIR: this.data,
      FLUENCE_BACKUP_DIR: this.backups,
      FLUENCE_DEMO: 'off',
    }
  }

  fluence = (...args: string[]) => run({ command: [...cli, ...args], env: this.env })
  begin = (...args: string[]) => start({ command: [...cli, ...args], env: this.env })

  /** Runs a command that must succeed; what it prints as JSON. */
  async json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.fluence(...args, '--json')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    return JSON.parse(stdout) as T
  }

  backup = (...args: string[]) => this.json<{ name: string; timeline: number }>('backup', ...args)
  restore = (...args: string[]) =>
    this.json<{ oldData: string | null; notArchiving: string | null; timeline: number }>(
      'restore',
      ...args,
    )

  /** Works with the server, which runs meanwhile. */
  async running<T>(work: () => Promise<T>): Promise<T> {
    const cluster = await startCluster({ dir: this.data })
    try {
      return await work()
    } finally {
      await cluster.stop()
    }
  }

  sql = <T extends object>(text: string) => query<T>(superuserUrl(this.data), text)

  write = (...slugs: string[]) =>
    this.sql(
      `select app_private.create_organization('brand', slug, initcap(slug), 'UTC', 'EUR')
       from unnest(array['${slugs.join("','")}']) as slug`,
    )

  /** All rows of all our tables, as one text that is another for other rows. */
  async hash(): Promise<string> {
    const tables = await this.sql<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name
       from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname ~ '^(app_|graphile_migrate)'
         -- Who is at work at the moment is no news to keep.
         and c.relname <> 'worker_heartbeats'
       order by 1`,
    )
    const each = tables.map(
      ({ name }) =>
        `select '${name}' as name, md5(string_agg(t::text, ';' order by t::text)) as sum from ${name} as t`,
    )
    const rows = await this.sql<{ name: string; sum: string | null }>(each.join(' union all '))
    expect(rows.length).toBeGreaterThan(3)
    return rows
      .map(({ name, sum }) => `${name} ${sum}`)
      .toSorted()
      .join('\n')
  }

  hashAtRest = () => this.running(() => this.hash())

  async now(): Promise<string> {
    const [row] = await this.sql<{ now: string }>('select clock_timestamp()::text as now')
    return row?.now ?? ''
  }

  /** Closes the segment of the log; waits until the archive has it. */
  async archived(): Promise<void> {
    const [row] = await this.sql<{ name: string }>(
      'select pg_walfile_name(pg_switch_wal()) as name',
    )
    const found = await until(20_000, () => this.wal().includes(row?.name ?? ''))
    expect(found).toBe(true)
  }

  wal = () => fs.readdirSync(path.join(this.backups, 'wal'))
  segments = () => this.wal().filter((name) => /^[0-9A-F]{24}$/.test(name))
  bases = () => fs.readdirSync(path.join(this.backups, 'base'))
}

/** A database with one backup; the archiver takes ten seconds to begin, so it is made once. */
let prepared: Home
let preparedDir: string

beforeAll(async () => {
  preparedDir = makeFolder()
  prepared = new Home(preparedDir)
  for (const command of ['migrate', 'backup']) {
    const program = new Program({ command: [...cli, command], env: prepared.env })
    if ((await program.end()) !== 0) throw new Error(program.stderr)
  }
})
afterAll(() => removeFolder(preparedDir))

/** A copy of both, which archives into its own folder. */
function copy(dir = temporaryFolder()): Home {
  execFileSync('cp', ['-a', prepared.data, prepared.backups, dir])
  const note = path.join(dir, 'data/archive.json')
  fs.writeFileSync(note, fs.readFileSync(note, 'utf8').replaceAll(preparedDir, dir))
  return new Home(dir)
}

/** The server itself, with everything that belongs to it, ended without a chance to say goodbye. */
async function killAll(home: Home): Promise<void> {
  const { server, postmaster } = cast(home.data)
  for (const pid of [server, postmaster, ...processesOf(home.data)]) {
    try {
      process.kill(pid ?? Number.NaN, 'SIGKILL')
    } catch {
      // Gone with the others.
    }
  }
  await until(10_000, () => processesOf(home.data).length === 0)
}

test('after kill -9 everything committed comes back, and any moment before', async () => {
  const home = copy()
  const server = start({ env: { ...home.env, PORT: await freePort() } })
  await server.ready()
  const base = await home.backup()
  await home.write('apron', 'brush')
  const [momentA, hashA] = [await home.now(), await home.hash()]
  await home.archived()
  await home.write('candle')
  const [momentB, hashB] = [await home.now(), await home.hash()]
  await home.write('drum')
  const hashC = await home.hash()
  await killAll(home)
  expect(new Set([hashA, hashB, hashC]).size).toBe(3)

  const latest = await home.restore()
  expect(latest).toMatchObject({ base: base.name, notArchiving: null, timeline: 2 })
  expect(await home.hashAtRest()).toBe(hashC)

  expect(await home.restore('--to', momentA)).toMatchObject({ timeline: 3 })
  expect(await home.hashAtRest()).toBe(hashA)
  await home.running(() => home.write('not', 'for', 'long'))

  // Too far back? That moment lies on the timeline that was left, and its log was only in pg_wal.
  expect(await home.restore('--to', momentB)).toMatchObject({ timeline: 4 })
  expect(await home.hashAtRest()).toBe(hashB)

  expect(await home.fluence('backup', '--verify')).toMatchObject({ code: 0 })
  expect(fs.readdirSync(home.data).filter((name) => /before-restore/.test(name))).toHaveLength(3)
})

test('with the data folder lost, what was archived comes back, and backups go on', async () => {
  const home = copy()
  const { moment, before } = await home.running(async () => {
    await home.backup()
    await home.write('apron')
    const [at, hash] = [await home.now(), await home.hash()]
    await home.write('brush')
    await home.archived()
    return { moment: at, before: hash }
  })
  fs.rmSync(home.data, { recursive: true })
  expect(await home.restore('--to', moment)).toMatchObject({ oldData: null, notArchiving: null })
  expect(await home.fluence('migrate')).toMatchObject({ code: 0 })
  expect(await home.hashAtRest()).toBe(before)

  const again = await home.backup()
  expect(again.timeline).toBe(2)
  const after = await home.running(async () => {
    await home.write('candle')
    await home.archived()
    return home.hash()
  })
  fs.rmSync(home.data, { recursive: true })
  expect(await home.restore('--to', 'latest')).toMatchObject({ base: again.name, timeline: 3 })
  expect(await home.hashAtRest()).toBe(after)
  expect(await home.fluence('backup', '--verify')).toMatchObject({ code: 0 })
})

test('a new database that took the place of a lost one gets in nobody’s way', async () => {
  const home = copy()
  const before = await home.hashAtRest()
  const log = home.wal()
  fs.rmSync(path.join(home.data, 'postgres'), { recursive: true })
  expect(await home.fluence('migrate')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('not archived'),
  })
  expect(home.wal()).toEqual(log)
  expectRefusal(await home.fluence('backup'), /holds backups of another database/)
  const elsewhere = path.join(temporaryFolder(), 'copy')
  execFileSync('cp', ['-a', home.backups, elsewhere])
  const { oldData } = await home.restore()
  expect(await home.hashAtRest()).toBe(before)
  expect(oldData).toContain('postgres.before-restore-')

  // From a copy: it stays as it is, and what follows gets in nobody's way in the own archive.
  const files = () => execFileSync('ls', ['-lR', elsewhere], { encoding: 'utf8' })
  const untouched = files()
  const restored = await home.restore('--from', elsewhere)
  expect(restored).toMatchObject({ timeline: 3, notArchiving: expect.stringMatching(/another/) })
  expect(files()).toBe(untouched)
  expect(await home.hashAtRest()).toBe(before)
  expect(await home.backup()).toMatchObject({ timeline: 3 })
  expect(await home.fluence('backup', '--verify')).toMatchObject({ code: 0 })

  // Two data folders with one archive: the second one is told, and does no harm.
  const second = path.join(temporaryFolder(), 'data')
  execFileSync('cp', ['-a', home.data, second])
  const backup = (dir: string) =>
    run({ command: [...cli, 'backup'], env: { ...home.env, FLUENCE_DATA_DIR: dir } })
  expect(await backup(home.data)).toMatchObject({ code: 0 })
  expectRefusal(await backup(second), /two databases archive into one folder/)
  expect(await backup(home.data)).toMatchObject({ code: 0 })
})

describe('what is damaged is named, and nothing is touched', () => {
  let home: Home
  let hash: string
  let base: string
  beforeAll(async () => {
    home = copy(makeFolder())
    const made = new Program({
      command: [...cli, 'backup', '--keep', '1', '--json'],
      env: home.env,
    })
    expect(await made.end()).toBe(0)
    base = path.join(home.backups, 'base', (JSON.parse(made.stdout) as { name: string }).name)
    hash = await home.running(async () => {
      for (const slug of ['apron', 'brush', 'candle']) {
        await home.write(slug)
        await home.archived()
      }
      return home.hash()
    })
  })
  afterAll(() => removeFolder(path.dirname(home.data)))

  const flip = (file: string, at: number) => {
    const handle = fs.openSync(file, 'r+')
    const byte = Buffer.alloc(1)
    fs.readSync(handle, byte, 0, 1, at)
    fs.writeSync(handle, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at)
    fs.closeSync(handle)
  }
  // Behind the header of a file in the tar.
  const inside = (file: string) => fs.readFileSync(file).indexOf('global/pg_control') + 1000
  const middle = (file: string) => Math.floor(fs.statSync(file).size / 2)
  const segment = (index: number) => path.join(home.backups, 'wal', home.segments()[index] ?? '')

  const cases: [what: string, file: () => string, damage: (file: string) => void][] = [
    ['a byte of the tar', () => path.join(base, 'base.tar'), (file) => flip(file, inside(file))],
    ['a header of the tar', () => path.join(base, 'base.tar'), (file) => flip(file, 130)],
    [
      'the end of the tar',
      () => path.join(base, 'base.tar'),
      (file) => fs.truncateSync(file, 4096),
    ],
    [
      'the manifest',
      () => path.join(base, 'backup_manifest'),
      (file) => fs.truncateSync(file, middle(file)),
    ],
    ['a checksum', () => path.join(base, 'backup_manifest'), (file) => flip(file, middle(file))],
    ['a segment that is gone', () => segment(1), (file) => fs.rmSync(file)],
    ['a byte of a segment', () => segment(1), (file) => flip(file, 8192 + 24 + 40)],
    ['a segment cut off', () => segment(1), (file) => fs.truncateSync(file, 1 << 20)],
  ]
  test.each(cases)('%s', async (_, which, damage) => {
    const file = which()
    const whole = `${file}.whole`
    fs.renameSync(file, whole)
    fs.copyFileSync(whole, file)
    const { uid, gid } = fs.statSync(whole)
    fs.chownSync(file, uid, gid)
    damage(file)
    try {
      const verified = await home.fluence('backup', '--verify', '--json')
      expect(verified.code).toBe(1)
      const { faults } = JSON.parse(verified.stdout) as { faults: string[] }
      expect(faults.join('\n')).toContain(file)
      const refused = await home.fluence('restore')
      expectRefusal(refused, /damaged|not whole/)
      expect(refused.stderr).toContain(file)
    } finally {
      fs.renameSync(whole, file)
    }
    expect(fs.readdirSync(home.data).filter((name) => /restor/.test(name))).toEqual([])
  })

  test('and the database is as it was', async () => {
    expect(await home.hashAtRest()).toBe(hash)
    expect(await home.fluence('backup', '--verify')).toMatchObject({ code: 0 })
  })
})

test('only the newest base backups are kept, and the log that they need', async () => {
  const home = copy()
  const names = await home.running(async () => {
    const made = []
    for (let i = 0; i < 3; i += 1) made.push((await home.backup()).name)
    return made
  })
  const listed = await home.json<{ name: string; startWal: string; walSegmentBytes: number }[]>(
    'backup',
    '--list',
  )
  expect(listed.map(({ name }) => name)).toEqual([expect.any(String), ...names])

  // One that was killed in the middle is not a backup, and goes with the next one.
  const killed = home.begin('backup')
  await until(20_000, () => home.bases().some((name) => name.startsWith('.')))
  killed.signal('SIGKILL')
  await killed.end()
  const { name } = await home.backup('--keep', '2')
  expect(home.bases()).toEqual([names[2], name])
  const { startWal = '', walSegmentBytes = 0 } = listed.at(-1) ?? {}
  expect(walSegmentBytes).toBe(4 << 20)
  expect(new ClusterFolder(home.data).segmentBytes).toBe(walSegmentBytes)
  expect(new ClusterFolder(home.backups).segmentBytes).toBeUndefined()
  const first = segmentAt(readPosition(startWal), walSegmentBytes)
  expect(home.segments()[0]).toBe(segmentName(1, first, walSegmentBytes))
  expect(await home.fluence('backup', '--verify')).toMatchObject({ code: 0 })
  await home.restore()
})

test('a restore waits for nobody and has the folder to itself', async () => {
  const home = copy()
  const server = start({ env: { ...home.env, PORT: await freePort() } })
  await server.ready()
  expectRefusal(await home.fluence('restore'), new RegExp(`already runs .*${server.pid}`))
  const hash = await home.hash()
  server.signal('SIGTERM')
  await server.end()
  await home.running(async () => {
    expectRefusal(await home.fluence('restore'), new RegExp(`in use by process ${process.pid}`))
  })

  const restore = home.begin('restore')
  await until(20_000, () => fs.existsSync(path.join(home.data, 'restoring')))
  expectRefusal(await home.fluence('restore'), new RegExp(`process ${restore.pid}`))
  expect(await restore.end()).toBe(0)
  expect(await home.hashAtRest()).toBe(hash)

  // Undone by hand: then the old data count again, and not the newest timeline.
  const data = path.join(home.data, 'postgres')
  const aside = fs.readdirSync(home.data).find((name) => /before-restore/.test(name))
  fs.renameSync(data, path.join(home.data, 'undone'))
  fs.renameSync(path.join(home.data, aside ?? ''), data)
  await home.running(() => home.write('apron'))
  const latest = await home.hashAtRest()
  await home.restore()
  expect(await home.hashAtRest()).toBe(latest)
})

test('a restore that is killed has touched nothing, and another one works', async () => {
  const home = copy()
  const hash = await home.running(async () => {
    await home.write('apron')
    return home.hash()
  })
  const restoring = (...names: string[]) => path.join(home.data, 'restoring', ...names)
  const stages = {
    copying: () => fs.existsSync(restoring('postgres', 'PG_VERSION')),
    recovering: () => fs.existsSync(restoring('postgres', 'postmaster.pid')),
    promoted: () => fs.existsSync(restoring('postgres', 'pg_wal', '00000002.history')),
    inPlace: () => fs.readdirSync(home.data).some((name) => /before-restore/.test(name)),
  }
  for (const [stage, reached] of Object.entries(stages)) {
    const restore = home.begin('restore')
    if ((await until(20_000, reached)) !== true) throw new Error(`not seen: ${stage}`)
    restore.signal('SIGKILL')
    await restore.end()
    const aside = fs.readdirSync(home.data).filter((name) => /before-restore/.test(name))
    expect({ stage, aside: aside.length, hash: await home.hashAtRest() }).toEqual({
      stage,
      aside: stage === 'inPlace' ? 1 : 0,
      hash,
    })
  }
  await home.restore()
  expect(await home.hashAtRest()).toBe(hash)

  // Between the two moves there are no data in place: nothing new may be made there.
  await home.running(() => home.write('brush'))
  const last = await home.hashAtRest()
  const aside = path.join(home.data, 'postgres.before-restore-2999-01-01T00-00-00Z')
  fs.renameSync(path.join(home.data, 'postgres'), aside)
  expectRefusal(await home.fluence('migrate'), /moved aside by a restore that did not finish/)
  await home.restore()
  expect(await home.hashAtRest()).toBe(last)
})

test('a moment must be one that there was', async () => {
  const home = copy()
  const wrong = ['yesterday', '2026-02-30T10:00:00Z', '2026-03-01T10:00:00', '2026-03-01', '10:00Z']
  for (const text of wrong) {
    const refused = await home.fluence('restore', '--to', text)
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('is not a moment.') })
    expect(refused.stderr).not.toMatch(/^ +at /m)
  }
  const to = (text: string) => home.fluence('restore', '--to', text)
  expectRefusal(await to('2026-01-01T10:00:00+03:00'), /oldest backup .* was finished at/)
  expectRefusal(await to('2999-01-01T10:00:00Z'), /still to come/)
  expectRefusal(await to(new Date().toISOString()), /Restore to latest/)
  expectRefusal(await home.fluence('restore', '--from', temporaryFolder()), /There is no backup/)

  // What is refused before there are any data leaves none behind, and no folder for them either.
  const nowhere = path.join(temporaryFolder(), 'a', 'data')
  const elsewhere = { ...home.env, FLUENCE_DATA_DIR: nowhere }
  for (const [args, line] of [
    [['--from', temporaryFolder()], /There is no backup/],
    [['--to', '2026-01-01T10:00:00+03:00'], /oldest backup .* was finished at/],
  ] as const) {
    const command = [...cli, 'restore', ...args]
    expectRefusal(await run({ command, env: elsewhere }), line)
    expect(fs.existsSync(path.dirname(nowhere))).toBe(false)
  }

  const foreign = { ...home.env, DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' }
  for (const command of ['backup', 'restore']) {
    expectRefusal(await run({ command: [...cli, command], env: foreign }), /pgBackRest/)
  }
  const inside = { ...home.env, FLUENCE_BACKUP_DIR: path.join(home.data, 'backup') }
  expectRefusal(await run({ command: [...cli, 'backup'], env: inside }), /is in the data folder/)
  expect(await home.fluence('backup', '--keep', '0')).toMatchObject({ code: 2 })
})
