import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { judgeWatch } from '../../src/cli/doctor/login-watch.ts'
import { startThrowAwayCluster } from '../../src/cli/throw-away.ts'
import { accessThrough, serviceLogins } from '../../src/server/postgres/access.ts'
import { bootstrap } from '../../src/server/postgres/bootstrap.ts'
import { harden } from '../../src/server/postgres/harden.ts'
import { pause } from '../../src/server/postgres/processes.ts'
import { connectAs } from '../harness/connections.ts'
import { cloneDatabase } from '../harness/database.ts'
import { passwordHash } from '../harness/people.ts'
import {
  cli,
  expectRefusal,
  freePort,
  query,
  run,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

type Environment = Record<string, string>

const login = (env: Environment, ...args: string[]) =>
  run({ command: [...cli, 'login', ...args], env })

interface Made {
  readonly loginName: string
  readonly password: string
  readonly connectionString: string
}

async function create(env: Environment, ...args: string[]): Promise<Made> {
  const given = ['--role', 'analyst', '--org', 'demo', '--name', 'bi_sales', ...args, '--json']
  const { code, stdout, stderr } = await login(env, 'create', ...given)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return JSON.parse(stdout) as Made
}

/** Somebody else's server, reached by a login that may create roles and no more; with a brand. */
async function elsewhere() {
  const clone = await cloneDatabase()
  onTestFinished(() => clone.drop())
  const url = new URL(clone.superuserUrl)
  Object.assign(url, { username: 'installer', password: inject('secret') })
  await query(
    clone.superuserUrl,
    `select from app_private.create_organization('brand', 'demo', 'Demo', 'UTC', 'EUR')`,
  )
  const ask = <T extends object>(sql: string, values?: unknown[]) =>
    query<T>(clone.superuserUrl, sql, values)
  return { env: { DATABASE_URL: url.href }, ask }
}

const whoAmI = 'select app_public.current_brand_id() is not null as somebody'

describe('fluence login', () => {
  test('makes, lists and ends a login', async () => {
    const { env } = await elsewhere()
    const made = await create(env, '--expires', '90d', '--connections', '3')
    expect(new URL(made.connectionString)).toMatchObject({
      username: made.loginName,
      password: made.password,
    })
    expect(await query(made.connectionString, whoAmI)).toEqual([{ somebody: true }])
    const listed = await login(env, 'list', '--org', 'demo', '--json')
    const [entry] = JSON.parse(listed.stdout)
    expect(entry).toMatchObject({
      organization: 'demo',
      name: 'bi_sales',
      login_name: made.loginName,
      role: 'analyst',
      connection_limit: 3,
      revoked_at: null,
    })
    const days = (Date.parse(entry.expires_at) - Date.parse(entry.created_at)) / 86_400_000
    expect(Math.round(days)).toBe(90)
    const text = await login(env, 'list')
    expect(text.stdout).toMatch(/^demo +bi_sales +analyst +bi_sales_[0-9a-f]{8} +- +3 /m)
    expect(text.stdout).not.toContain(made.password)

    const { client, ended } = await connectAs(made.connectionString, onTestFinished)
    const asking = client.query('select pg_sleep(120)').catch(({ code }) => code)
    const revoked = await login(env, 'revoke', '--org', 'demo', '--name', 'bi_sales')
    expect(revoked).toMatchObject({ code: 0, stdout: 'The login bi_sales of demo is over.\n' })
    expect(await asking).toBe('57P01')
    await ended
    await expect(query(made.connectionString, whoAmI)).rejects.toMatchObject({ code: '28P01' })
  })

  test('makes a login for a member, which ends with the membership', async () => {
    const { env, ask } = await elsewhere()
    await ask(
      `select app_private.add_member(
         (select o.id from app_public.organizations as o where o.slug = 'demo'),
         app_private.create_account('ann@example.com', 'Ann', 'en', $1), 'analyst')`,
      [passwordHash('x')],
    )
    const made = await create(env, '--for', 'ann@example.com')
    const listed = await login(env, 'list', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'bi_sales', holder: 'Ann' }])
    const { client } = await connectAs(made.connectionString, onTestFinished)
    expect((await client.query(whoAmI)).rows).toEqual([{ somebody: true }])
    await ask('update app_public.memberships set ended_at = now()')
    expect((await client.query(whoAmI)).rows).toEqual([{ somebody: false }])
    const given = ['--role', 'analyst', '--org', 'demo', '--name', 'b', '--for', 'ann@example.com']
    expectRefusal(await login(env, 'create', ...given), /No member of this organization has that/)
  })

  test('says in one line what is wrong', async () => {
    const { env, ask } = await elsewhere()
    await create(env)
    const roles = () => ask('select rolname from pg_roles order by 1')
    const before = await roles()
    const usual = { role: 'analyst', org: 'demo', name: 'other' }
    for (const [given, line] of [
      [{ name: 'bi_sales' }, /demo has a login bi_sales already/],
      [{ name: 'Bi Sales' }, /"Bi Sales" cannot be the name of a login/],
      [{ name: 'pg_sales' }, /"pg_sales" cannot be the name of a login/],
      [{ name: `x"; drop role fluence_admin; --` }, /cannot be the name of a login/],
      [{ org: 'nobody' }, /There is no organization "nobody"/],
      [{ role: 'admin' }, /A database login cannot get the role admin/],
      [{ role: 'server' }, /There is no such role/],
      [{ role: 'postgres' }, /There is no such role/],
      [{ connections: '0' }, /no limit of connections/],
      [{ connections: '56' }, /may hold 60 connections in all; 5 are given/],
    ] as const) {
      const all = Object.entries({ ...usual, ...given }).flatMap(([k, v]) => [`--${k}`, v])
      expectRefusal(await login(env, 'create', ...all), line)
    }
    expect(await roles()).toEqual(before)
    expectRefusal(
      await login(env, 'revoke', '--org', 'demo', '--name', 'other'),
      /There is no such database login/,
    )
    for (const wrong of [
      ['--expires', 'soon'],
      ['--expires', '0d'],
      ['--connections', 'x'],
    ]) {
      const all = Object.entries(usual).flatMap(([k, v]) => [`--${k}`, v])
      expect((await login(env, 'create', ...all, ...wrong)).code).toBe(2)
    }
  })

  test('leaves nothing half made when it is killed, and goes on when it is run again', async () => {
    const { env, ask } = await elsewhere()
    const unknown = () =>
      ask(
        `select r.rolname from pg_roles as r
         where r.rolname ~ '^killed_' and r.rolcanlogin and not exists (
           select from app_private.database_logins as l
           where l.login_oid = r.oid and l.revoked_at is null
         )`,
      )
    const isThere = async () =>
      (await ask(`select from app_private.database_logins as l where l.revoked_at is null`)).length
    const killAt = async (ms: number, ...args: string[]) => {
      const program = start({ command: [...cli, 'login', ...args], env })
      await Promise.race([program.end(), pause(ms)])
      program.signalGroup('SIGKILL')
      await program.end()
    }
    const named = ['--org', 'demo', '--name', 'killed']
    for (const ms of [500, 600, 700]) {
      await killAt(ms, 'create', '--role', 'analyst', ...named)
      // The connection of a killed program ends a moment later.
      await expect.poll(unknown).toEqual([])
      if ((await isThere()) === 0) await create(env, '--name', 'killed')
      await killAt(ms, 'revoke', ...named)
      const again = await login(env, 'revoke', ...named)
      expect(again.stderr + again.stdout).toMatch(/is over|no such database login/)
      await expect
        .poll(() => ask(`select rolname from pg_roles where rolname ~ '^killed_'`))
        .toEqual([])
    }
  })

  test('on a server of our own says where other machines find it, and closes what it can', async () => {
    const data = path.join(temporaryFolder(), 'data')
    const address = '127.0.0.2'
    const env = {
      FLUENCE_DATA_DIR: data,
      PORT: await freePort(),
      FLUENCE_PG_LISTEN: `${address}:${await freePort()}`,
      // The watch does not depend on who works off the jobs.
      FLUENCE_WORKER: 'off',
    }
    const program = start({ env })
    await program.ready()
    const made = await create(env)
    const url = new URL(made.connectionString)
    expect(url.host).toBe(env.FLUENCE_PG_LISTEN)
    expect(url.searchParams.get('sslmode')).toBe('require')
    const ca = fs.readFileSync(path.join(data, 'outside/own.crt'), 'utf8')
    const client = new pg.Client({
      host: address,
      port: Number(url.port),
      user: made.loginName,
      password: made.password,
      database: url.pathname.slice(1),
      ssl: { ca },
    })
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
    client.on('error', () => {})
    await client.connect()
    onTestFinished(() => client.end().catch(() => {}))
    // Under its bare name: the search_path is that of the brand's login.
    const { rows } = await client.query('select count(*) > 0 as found from category_stock')
    expect(rows).toEqual([{ found: true }])
    for (const sql of [
      'select pg_advisory_lock(1)',
      'do $$ begin end $$',
      'select lo_create(0)',
      'select * from pg_stat_activity',
      'select * from public.pg_stat_statements',
      'create temporary table t ()',
    ]) {
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' })
    }
    // What the server came with is its superuser's, also where an earlier release left it open.
    const template = superuserUrl(data, 'template1')
    const there = (name: string) => {
      const own = new URL(superuserUrl(data, name))
      Object.assign(own, { username: made.loginName, password: made.password })
      return own.href
    }
    for (const name of ['postgres', 'template1']) {
      await expect(query(there(name), 'select 1')).rejects.toMatchObject({ code: '42501' })
    }
    await query(template, 'grant connect, temporary on database template1 to public')
    const inside = await connectAs(there('template1'), onTestFinished)
    const looking = await login(env, 'list')
    expect(looking.code).toBe(0)
    await inside.ended
    await expect(query(there('template1'), 'select 1')).rejects.toMatchObject({ code: '42501' })
    await query(superuserUrl(data), 'create database made_meanwhile')
    const { rows: limits } = await client.query('show temp_file_limit')
    expect(limits).toEqual([{ temp_file_limit: '2GB' }])
    // Expired: the watch of the running server ends it, and its role.
    await query(
      superuserUrl(data),
      'update app_private.database_logins set expires_at = statement_timestamp()',
    )
    await ended
    await expect
      .poll(() =>
        query(superuserUrl(data), 'select from pg_roles where rolname = $1', [made.loginName]),
      )
      .toEqual([])
    program.signal('SIGTERM')
    expect(await program.end()).toBe(0)
  })
  test('is watched over by any server or worker, and the doctor sees whether one does', async () => {
    const { env, ask } = await elsewhere()
    const watching = async () => {
      const { stdout } = await run({
        command: [...cli, 'doctor', '--json'],
        env: { ...env, PORT: await freePort() },
      })
      const { findings } = JSON.parse(stdout) as { findings: { status: string; says: string }[] }
      return findings.find(({ says }) => /watch/.test(says))
    }
    expect(await watching()).toMatchObject({
      status: 'ok',
      says: 'there is no database login to watch over',
    })
    const made = await create(env)
    const { ended } = await connectAs(made.connectionString, onTestFinished)
    const nobody = {
      status: 'warning',
      says: expect.stringMatching(/^Nobody watches over database logins, of which there is 1/),
    }
    expect(await watching()).toMatchObject(nobody)
    const server = start({ env: { ...env, PORT: await freePort(), FLUENCE_WORKER: 'off' } })
    await server.ready()
    const worker = start({ command: [...cli, 'worker'], env })
    await worker.says('The worker is ready.')
    const somebody = { status: 'ok', says: 'somebody watches over the database logins' }
    expect(await watching()).toMatchObject(somebody)
    // Whichever of the two watched, the other one goes on.
    server.signal('SIGKILL')
    await server.end()
    await expect.poll(watching, { timeout: 20_000 }).toMatchObject(somebody)
    await ask('update app_private.database_logins set expires_at = statement_timestamp()')
    await ended
    await expect
      .poll(() => ask('select from pg_roles where rolname = $1', [made.loginName]))
      .toEqual([])
    const next = await create(env)
    worker.signal('SIGTERM')
    expect(await worker.end()).toBe(0)
    expect(await watching()).toMatchObject(nobody)
    await login(env, 'revoke', '--org', 'demo', '--name', 'bi_sales')
    expect(await ask('select from pg_roles where rolname = $1', [next.loginName])).toEqual([])
  })
})

test('where database logins hold every connection that they can have, the house gets in', async () => {
  const cluster = await startThrowAwayCluster({
    settings: { max_connections: '16', reserved_connections: '6' },
  })
  onTestFinished(() => cluster.stop())
  const root = cluster.url('postgres')
  const access = accessThrough(root, cluster.password)
  await bootstrap(access)
  await query(
    root,
    `create role greedy login password 'g'; grant connect on database postgres to greedy`,
  )
  await harden(root)
  const greedy = cluster.url('postgres', 'greedy', 'g')
  const fill = async (): Promise<string> => {
    for (;;) {
      const refused = await connectAs(greedy, onTestFinished).then(
        () => undefined,
        (error: pg.DatabaseError) => error.code,
      )
      if (refused !== undefined) return refused
    }
  }
  expect(await fill()).toBe('53300')
  for (const name of serviceLogins) {
    expect(await query(access.as(name), 'select session_user as name')).toEqual([{ name }])
  }
})

test('a watch that looks no more is seen', () => {
  expect(judgeWatch(2, undefined)).toMatchObject({
    status: 'warning',
    says: expect.stringMatching(/of which there are 2/),
  })
  expect(judgeWatch(2, { seconds: 31 })).toMatchObject({
    status: 'warning',
    says: expect.stringMatching(/31 seconds ago/),
  })
  for (const seconds of [0, 30, null]) {
    expect(judgeWatch(2, { seconds })).toMatchObject({ status: 'ok' })
  }
})
