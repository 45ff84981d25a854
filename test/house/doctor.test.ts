import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { checkBackup } from '../../src/cli/doctor/backup.ts'
import { judgeVersion } from '../../src/cli/doctor/database.ts'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import { projectDir, readEnv } from '../../src/server/env.ts'
import { inDatabase } from '../../src/server/postgres/access.ts'
import { cloneDatabase } from '../harness/database.ts'
import {
  cli,
  expectRefusal,
  freePort,
  occupyPort,
  preparedFolder,
  processesOf,
  query,
  run,
  start,
  temporaryFolder,
} from '../harness/processes.ts'

interface Report {
  readonly healthy: boolean
  readonly findings: readonly Finding[]
}

/** What the doctor says; its exit code must fit. */
async function examine(env: Record<string, string>): Promise<Report> {
  const { code, stdout, stderr } = await run({
    command: [...cli, 'doctor', '--json'],
    env: { PORT: await freePort(), ...env },
  })
  expect(stderr).toBe('')
  const report = JSON.parse(stdout) as Report
  expect(code).toBe(report.healthy ? 0 : 1)
  expect(report.healthy).toBe(problems(report).length === 0)
  return report
}

const withStatus = ({ findings }: Report, status: string) =>
  findings.filter((finding) => finding.status === status)
const problems = (report: Report) => withStatus(report, 'problem')
const area = ({ findings }: Report, name: string) => findings.filter((f) => f.area === name)

/** A healthy database of somebody else's server. */
async function database() {
  const clone = await cloneDatabase()
  onTestFinished(() => clone.drop())
  const url = new URL(clone.superuserUrl)
  url.username = 'installer'
  url.password = inject('secret')
  return {
    url: url.href,
    env: { DATABASE_URL: url.href },
    ask: (sql: string) => query<{ format: string }>(clone.superuserUrl, sql),
  }
}

describe('of the embedded database', () => {
  let prepared: Awaited<ReturnType<typeof preparedFolder>>
  beforeAll(async () => {
    prepared = await preparedFolder()
  })
  afterAll(() => prepared.remove())

  test('finds nothing while all is well', async () => {
    const env = { FLUENCE_DATA_DIR: prepared.copy(), PORT: await freePort() }
    await start({ env }).ready()
    const report = await examine(env)
    expect(problems(report)).toEqual([])
    expect(withStatus(report, 'warning')).toMatchObject([
      { says: expect.stringContaining('The master key lies beside the data') },
      { says: expect.stringContaining('There is no backup'), mend: 'npm run -s fluence -- backup' },
    ])
    expect(area(report, 'database').map(({ says }) => says)).toEqual(
      expect.arrayContaining([
        'what is committed is on disk',
        'the service logins can log in',
        'all migrations have run',
        'sql/ is loaded',
        expect.stringMatching(/^all \d+ rules of the house are kept$/),
      ]),
    )
    expect(area(report, 'port')).toMatchObject([{ says: `Fluence answers on ${env.PORT}` }])
  })

  test('says that it does not run, starts nothing and changes nothing', async () => {
    const data = prepared.copy()
    const before = fs.readdirSync(data, { recursive: true }).toSorted()
    const report = await examine({ FLUENCE_DATA_DIR: data })
    expect(problems(report)).toEqual([])
    expect(area(report, 'database')).toMatchObject([
      { status: 'warning', says: expect.stringContaining('does not run'), mend: 'npm start' },
    ])
    expect(fs.readdirSync(data, { recursive: true }).toSorted()).toEqual(before)
    expect(processesOf(data)).toEqual([])
  })

  test('says that there is none, and makes none', async () => {
    const data = path.join(temporaryFolder(), 'data')
    const report = await examine({ FLUENCE_DATA_DIR: data })
    expect(area(report, 'database')).toMatchObject([
      { status: 'warning', says: `There is no database in ${data} yet.`, mend: 'npm start' },
    ])
    expect(fs.existsSync(data)).toBe(false)
  })

  test('looks for the last backup', () => {
    const data = prepared.copy()
    const env = { ...readEnv(), databaseUrl: undefined, dataDir: data, backupDir: `${data}-backup` }
    const day = 24 * 3_600_000
    const made = Date.parse('2026-01-02T03:04:05Z')
    const folder = path.join(env.backupDir, 'base/2026-01-02T03-04-05Z')
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(path.join(folder, 'backup.json'), '{')
    expect(checkBackup(env)).toMatchObject([{ status: 'problem' }, { status: 'warning' }])
    const note = { finishedAt: new Date(made).toISOString(), walSegmentBytes: 16 << 20 }
    fs.writeFileSync(path.join(folder, 'backup.json'), JSON.stringify(note))
    expect(checkBackup(env, made + day)).toMatchObject([
      { status: 'ok', says: 'the last base backup is 24 hours old' },
    ])
    expect(checkBackup(env, made + 8 * day)).toMatchObject([
      { status: 'warning', says: 'the last base backup is 192 hours old' },
    ])
  })
})

/** Undoes for one database what is done to all of the tests. */
const opened = `
  grant usage on language plpgsql to public;
  grant execute on all functions in schema pg_catalog to public`

describe("of somebody else's database", () => {
  test('lists what only a superuser can close, and its advice closes it', async () => {
    const { url, env, ask } = await database()
    await ask(opened)
    // This advice is for the roles, which the tests have in common.
    const takeBack = async () => {
      await query(inject('superuserUrl'), 'revoke set on parameter temp_file_limit from installer')
      for (const login of ['server', 'authenticator', 'worker']) {
        await query(inject('superuserUrl'), `alter role fluence_${login} reset log_min_messages`)
      }
    }
    onTestFinished(takeBack)
    // A superuser of another test may have done some of it.
    await takeBack()
    const report = await examine(env)
    expect(problems(report)).toEqual([])
    const open = area(report, 'hardening').filter(({ status }) => status === 'warning')
    expect(open.map(({ says }) => says)).toEqual([
      expect.stringMatching(/advisory locks.*DO blocks.*large objects.*who is connected/),
      expect.stringMatching(/temporary files/),
      expect.stringMatching(/quote values that people sent/),
      expect.stringMatching(/only in the log of that server/),
    ])
    for (const { mend = '' } of open) {
      const [, file, sql = ''] =
        /^As a superuser: (?:psql -f (\S+) \S+$)?(.*?)(?: \(.*\))?$/.exec(mend) ?? []
      await ask(file === undefined ? sql : fs.readFileSync(path.join(projectDir, file), 'utf8'))
    }
    const after = area(await examine(env), 'hardening').map(({ status }) => status)
    expect(after.toSorted()).toEqual(['ok', 'ok', 'ok', 'ok', 'warning'])
    const { code } = await run({ command: [...cli, 'migrate'], env: { DATABASE_URL: url } })
    expect(code).toBe(0)
    await start({ env: { ...env, PORT: await freePort(), FLUENCE_DEMO: 'on' } }).ready()
  })

  test('sees that sql/ is not loaded', async () => {
    const { env, ask } = await database()
    await ask('delete from app_private.loaded_sources')
    expect(problems(await examine(env))).toMatchObject([
      {
        says: expect.stringContaining('sql/ is not loaded'),
        mend: 'npm run -s fluence -- migrate',
      },
    ])
    await ask(`insert into app_private.loaded_sources (sources_hash) values ('another')`)
    expect(problems(await examine(env))).toMatchObject([
      { says: expect.stringContaining('another state of sql/') },
    ])
  })

  test('sees a migration that has not run, and one of a newer version', async () => {
    const { env, ask } = await database()
    await ask(
      `delete from graphile_migrate.migrations as m
       where m.filename = (select max(l.filename) from graphile_migrate.migrations as l)`,
    )
    expect(problems(await examine(env))).toMatchObject([
      { says: expect.stringMatching(/^Migrations have not run: \d{6}\.sql\.$/) },
    ])
    await ask(
      `insert into graphile_migrate.migrations (hash, filename) values ('sha1:x', '999999.sql')`,
    )
    expect(problems(await examine(env))).toMatchObject([
      { says: expect.stringContaining('999999.sql'), mend: expect.stringContaining('git pull') },
    ])
  })

  test('sees that a rule of the house is broken, and by what', async () => {
    const { env, ask } = await database()
    await ask('create table app_public.planted (price double precision)')
    await ask('alter table app_public.planted owner to fluence_owner')
    const found = problems(await examine(env))
    expect(found).toContainEqual({
      area: 'database',
      status: 'problem',
      says: 'Rule row_security is broken: app_public.planted has no row level security.',
      mend: 'See all: select * from lint.row_security;',
    })
    expect(found.map(({ says }) => says)).toContainEqual(
      expect.stringMatching(/^Rule comments .*, and 1 more\.$/),
    )
  })

  test('sees a login that owns nothing and may create no roles', async () => {
    const { url, ask } = await database()
    const login = `plain_${Math.random().toString(36).slice(2, 8)}`
    await ask(`create role ${login} login password 'p'`)
    await ask(`grant connect on database ${new URL(url).pathname.slice(1)} to ${login}`)
    onTestFinished(async () => {
      await query(inject('superuserUrl'), `drop role ${login}`)
    })
    const plain = new URL(url)
    plain.username = login
    plain.password = 'p'
    const report = await examine({ DATABASE_URL: plain.href, FLUENCE_SECRET: inject('secret') })
    await ask(`revoke connect on database ${new URL(url).pathname.slice(1)} from ${login}`)
    expect(problems(report)).toMatchObject([
      { says: expect.stringContaining('does not own the database') },
    ])
    expect(withStatus(report, 'warning')).toContainEqual(
      expect.objectContaining({ mend: `As a superuser: alter role "${login}" createrole;` }),
    )
  })

  test('sees that the service logins have other passwords', async () => {
    const { env } = await database()
    expect(problems(await examine({ ...env, FLUENCE_SECRET: 'another' }))).toMatchObject([
      { says: expect.stringMatching(/^Logins are refused: fluence_migrator/) },
    ])
  })

  test('sees that a database is empty', async () => {
    const { env } = await database()
    const empty = await cloneDatabase({ empty: true })
    onTestFinished(() => empty.drop())
    const DATABASE_URL = inDatabase(env.DATABASE_URL, empty.name)
    expect(problems(await examine({ DATABASE_URL }))).toMatchObject([
      { says: expect.stringMatching(/^Migrations have not run: 000001\.sql, /) },
      { says: expect.stringContaining('sql/ is not loaded') },
    ])
  })

  test('sees that it cannot be reached', async () => {
    const DATABASE_URL = `postgres://u:p@127.0.0.1:${await freePort()}/d`
    const report = await examine({ DATABASE_URL })
    expect(problems(report)).toMatchObject([
      {
        area: 'database',
        says: expect.stringMatching(/cannot be reached: .*ECONNREFUSED/),
        mend: expect.stringContaining('Check host and port in DATABASE_URL'),
      },
    ])
  })

  test('judges its version', () => {
    const statuses = [14, 15, 16, 17, 18, 19].map((major) => judgeVersion(major, '').status)
    expect(statuses).toEqual(['problem', 'ok', 'ok', 'ok', 'ok', 'warning'])
  })
})

describe('of settings and port', () => {
  test('names each setting that is not valid, and goes on with the rest', async () => {
    const { env } = await database()
    const report = await examine({ ...env, PORT: 'abc', FLUENCE_DEMO: 'maybe' })
    expect(problems(report)).toEqual([
      {
        area: 'settings',
        status: 'problem',
        says: 'PORT="abc" is not valid.',
        mend: 'Set it to a port number from 1 to 65535.',
      },
      expect.objectContaining({ says: 'FLUENCE_DEMO="maybe" is not valid.' }),
    ])
    expect(area(report, 'database').length).toBeGreaterThan(5)
  })

  test('does not look into the embedded database where DATABASE_URL is not valid', async () => {
    const report = await examine({ DATABASE_URL: 'mysql://u:p@h/d' })
    expect(problems(report)).toMatchObject([{ area: 'settings' }])
    expect(area(report, 'database')).toEqual([])
  })

  test('sees a port that is taken by another program', async () => {
    const { env } = await database()
    const taken = await occupyPort()
    const report = await examine({ ...env, PORT: taken.port })
    await taken.release()
    expect(problems(report)).toMatchObject([
      { area: 'port', says: `Port ${taken.port} is taken by another program.` },
    ])
  })

  test('lists all settings, and keeps secrets to itself', async () => {
    const env = {
      PORT: 'abc',
      DATABASE_URL: 'postgres://u:very-secret@h/d',
      FLUENCE_SECRET: 'psst',
    }
    const { code, stdout } = await run({
      command: [...cli, 'doctor', '--settings', '--json'],
      env,
    })
    expect(code).toBe(0)
    expect(stdout).not.toMatch(/very-secret|psst/)
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'PORT', value: 'abc', unset: expect.any(String) }),
        expect.objectContaining({ name: 'DATABASE_URL', value: '(set)' }),
        expect.objectContaining({ name: 'FLUENCE_SECRET', value: '(set)' }),
        expect.objectContaining({ name: 'NODE_ENV', value: null, about: expect.any(String) }),
      ]),
    )
    const text = await run({ command: [...cli, 'doctor', '--settings'], env })
    expect(text.stdout).toMatch(/^PORT +abc +5050/m)
    expect(text.stdout).not.toMatch(/very-secret|psst/)
  })

  test('reads well, and every mend stands below its problem', async () => {
    const { code, stdout } = await run({
      command: [...cli, 'doctor'],
      env: { DATABASE_URL: `postgres://u:p@127.0.0.1:${await freePort()}/d`, PORT: 'abc' },
    })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^settings {3}problem {2}PORT="abc" is not valid\.\n +-> Set it to /m)
    expect(stdout).toMatch(/\n2 problems, 0 warnings\n$/)
  })

  test('is refused where a command gets a setting that the doctor would only name', async () => {
    const refused = await run({ command: [...cli, 'org', 'list'], env: { FLUENCE_DEMO: 'maybe' } })
    expectRefusal(refused, /FLUENCE_DEMO="maybe" is not valid/)
  })
})
