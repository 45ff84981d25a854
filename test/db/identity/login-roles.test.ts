import type pg from 'pg'
import { describe, expect, inject, onTestFinished } from 'vitest'
import {
  DatabaseLogins,
  type LoginWanted,
  type NewLogin,
} from '../../../src/server/identity/database-logins.ts'
import { type Limits, limits } from '../../../src/server/identity/login-roles.ts'
import { startLoginWatch } from '../../../src/server/identity/login-watch.ts'
import { noLog } from '../../../src/server/log.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { harden } from '../../../src/server/postgres/harden.ts'
import type { TestDatabase } from '../../harness/database.ts'
import { connectAs } from '../../harness/connections.ts'
import { admin, digest, member, person } from '../../harness/people.ts'
import { signIn } from '../../harness/sign-in.ts'
import { test } from '../../harness/test.ts'

const ask = <T extends object>(url: string, sql: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query<T>(sql, values)).rows)

const roots = {
  'a superuser': (database: TestDatabase) => database.superuserUrl,
  /** All that DATABASE_URL asks for. */
  'a login that may create roles': (database: TestDatabase) => {
    const url = new URL(database.superuserUrl)
    Object.assign(url, { username: 'installer', password: inject('secret') })
    return url.href
  },
}

let count = 0

/** A brand of one product, and whoever makes logins for it. */
async function brand(database: TestDatabase, root = database.superuserUrl) {
  const slug = `brand-${(count += 1)}`
  const [made] = await ask<{ id: string }>(
    database.superuserUrl,
    `with brand as (
       select o.id from app_private.create_organization('brand', $1, $1, 'UTC', 'EUR') as o
     ),
     product as (
       insert into app_public.products (brand_id, title, category, product_price, currency)
       select b.id, $1, 'Kitchen', 1, 'EUR' from brand as b
     )
     select b.id from brand as b`,
    [slug],
  )
  const id = made?.id ?? ''
  const logins = new DatabaseLogins(root)
  return {
    id,
    slug,
    logins,
    create: (wanted: Partial<LoginWanted> = {}) =>
      logins.create({ organizationId: id }, { role: 'analyst', name: 'bi_sales', ...wanted }),
    revoke: (name = 'bi_sales') => logins.revoke({ organizationId: id }, name),
  }
}

const connect = ({ connectionString }: Pick<NewLogin, 'connectionString'>) =>
  connectAs(connectionString, onTestFinished)

const titles = 'select title from app_public.products'
const roleOf = (database: TestDatabase, { loginName }: NewLogin) =>
  ask<{ rolcanlogin: boolean }>(
    database.superuserUrl,
    'select rolcanlogin from pg_roles where rolname = $1',
    [loginName],
  )
/** Watches over the logins; what it warns of, without those of other tests. */
const watch = (root: string, given: Partial<Limits> = {}) => {
  const warnings: [login: unknown, line: string][] = []
  const log = {
    ...noLog,
    warn: (line: string, about?: object) => warnings.push([Object(about).login, line]),
  }
  const watching = startLoginWatch(root, log, { ...limits, ...given })
  onTestFinished(() => watching.stop())
  return (of: NewLogin) =>
    warnings.filter(([login]) => login === of.loginName).map(([, line]) => line)
}
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'went through',
    (error: pg.DatabaseError) => error.code ?? error.message,
  )

describe.for(Object.entries(roots))('a login made by %s', ([, rootOf]) => {
  test('sees its brand, by its one role, within its limits', async ({ database }) => {
    const acme = await brand(database, rootOf(database))
    const made = await acme.create({ connections: 2, expiresAt: '2100-01-01T00:00:00Z' })
    expect(await ask(made.connectionString, titles)).toEqual([{ title: acme.slug }])
    const [settings] = await ask<Record<string, string>>(
      made.connectionString,
      `select current_setting('search_path') as path, current_setting('lock_timeout') as lock,
         current_setting('statement_timeout') as statement,
         current_setting('idle_in_transaction_session_timeout') as idle,
         coalesce(current_setting('transaction_timeout', true), '10min') as transaction`,
    )
    expect(settings).toEqual({
      path: 'reporting, app_public, compat_shop, compat_marketing',
      statement: '5min',
      idle: '1min',
      transaction: '10min',
      lock: '5s',
    })
    const [role] = await ask<object>(
      database.superuserUrl,
      `select r.rolconnlimit, r.rolvaliduntil = '2100-01-01T00:00:00Z' as ends,
         r.rolpassword like 'SCRAM-SHA-256$%' as is_hashed,
         array(
           select m.roleid::regrole::text from pg_auth_members as m where m.member = r.oid
         ) as member_of
       from pg_authid as r where r.rolname = $1`,
      [made.loginName],
    )
    expect(role).toEqual({
      rolconnlimit: 2,
      ends: true,
      is_hashed: true,
      member_of: ['fluence_analyst'],
    })
    const staff = await acme.create({ role: 'report_reader', name: 'staff' })
    expect(await ask(staff.connectionString, 'show search_path')).toEqual([
      { search_path: 'staff, reporting' },
    ])
  })

  test('is cut off in the middle of a statement when it is revoked', async ({ database }) => {
    const acme = await brand(database, rootOf(database))
    const made = await acme.create()
    const { client, ended } = await connect(made)
    const asking = code(client.query('select pg_sleep(60)'))
    const began = performance.now()
    await acme.revoke()
    expect(await asking).toBe('57P01')
    await ended
    expect(performance.now() - began).toBeLessThan(1000)
    expect(await roleOf(database, made)).toEqual([])
    expect(await code(ask(made.connectionString, titles))).toBe('28P01')
    expect(await code(acme.revoke())).toBe('FL002')
    // The name is free again, for another login.
    const next = await acme.create()
    expect(await ask(next.connectionString, titles)).toHaveLength(1)
  })

  test('is ended by the watch when its time or its holder is over', async ({ database }) => {
    const root = rootOf(database)
    const acme = await brand(database, root)
    const expiring = await acme.create({ name: 'expiring' })
    const held = await acme.create({ name: 'held' })
    const other = await acme.create({ name: 'other' })
    watch(root)
    const both = [await connect(expiring), await connect(held)]
    const untouched = await connect(other)
    await withClient(database.superuserUrl, async (client) => {
      const ann = await person(client, `${acme.slug}@example.com`)
      const membership = await member(client, ann, acme.id, 'analyst')
      await client.query(
        `update app_private.database_logins set membership_id = $1 where login_name = $2`,
        [membership, held.loginName],
      )
      await client.query(
        `update app_private.database_logins set expires_at = now() where login_name = $1`,
        [expiring.loginName],
      )
      await client.query('update app_public.memberships set ended_at = now() where id = $1', [
        membership,
      ])
    })
    await Promise.all(both.map(({ ended }) => ended))
    await expect.poll(() => roleOf(database, expiring)).toEqual([])
    await expect.poll(() => roleOf(database, held)).toEqual([])
    expect((await untouched.client.query(titles)).rows).toHaveLength(1)
  })

  test('that sets its limits away is held to them all the same', async ({ database }) => {
    const root = rootOf(database)
    const acme = await brand(database, root)
    const made = await acme.create()
    watch(root, { statementMs: 200, idleMs: 200 })
    const { client } = await connect(made)
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0')
    expect(await code(client.query('select pg_sleep(60)'))).toBe('57014')
    const idle = await connect(made)
    await idle.client.query('set idle_in_transaction_session_timeout = 0')
    await idle.client.query('begin')
    await idle.ended
    // One that asks and waits outside of a transaction stays.
    expect((await client.query(titles)).rows).toHaveLength(1)
  })

  test('that goes on and on in one transaction is cut off, whatever it does there', async ({
    database,
  }) => {
    const root = rootOf(database)
    const made = await (await brand(database, root)).create()
    const busy = await connect(made)
    const stays = await connect(made)
    await busy.client.query('begin; set transaction_timeout = 0').catch(() =>
      // PostgreSQL 15 and 16 know no such limit.
      busy.client.query('rollback; begin'),
    )
    watch(root, { transactionMs: 300 })
    // Never long at one statement, nor idle for long.
    const asking = (async () => {
      for (;;) {
        await busy.client.query(titles)
        await stays.client.query(titles)
      }
    })()
    await expect(asking).rejects.toThrow()
    await busy.ended
    expect((await stays.client.query(titles)).rows).toHaveLength(1)
  })

  test('that changes its own defaults is cut off, and gets them back', async ({ database }) => {
    const root = rootOf(database)
    const acme = await brand(database, root)
    const made = await acme.create()
    const untouched = await acme.create({ name: 'untouched' })
    const settings = () =>
      ask(
        database.superuserUrl,
        `select s.setdatabase, s.setconfig from pg_db_role_setting as s
         where s.setrole = to_regrole($1)`,
        [made.loginName],
      )
    const before = await settings()
    const stays = await connect(untouched)
    const warnings = watch(root)
    const changes = [
      'set statement_timeout = 0',
      `in database ${database.name} set search_path = pg_temp`,
      `in database ${database.name} reset lock_timeout`,
      `in database fluence_template set work_mem = '1GB'`,
      `in database postgres set work_mem = '1GB'`,
    ]
    for (const change of changes) {
      const { client, ended } = await connect(made)
      await client.query(`alter role ${made.loginName} ${change}`)
      await ended
      await expect.poll(settings).toEqual(before)
    }
    // Each is told of once: it is done then.
    expect((await connect(made)).client).toBeDefined()
    await expect
      .poll(() => warnings(made))
      .toEqual(changes.map(() => 'A database login had other settings than its own.'))
    expect((await stays.client.query(titles)).rows).toHaveLength(1)
  })
})

describe('a login', () => {
  test('has a name of its own in each brand, that tells of no brand', async ({ database }) => {
    const [acme, globex] = [await brand(database), await brand(database)]
    const made = [await acme.create(), await globex.create()]
    for (const { loginName } of made) expect(loginName).toMatch(/^bi_sales_[0-9a-f]{8}$/)
    for (const [i, each] of [acme, globex].entries()) {
      const url = made[i]?.connectionString ?? ''
      expect(await ask(url, titles)).toEqual([{ title: each.slug }])
    }
    await acme.revoke()
    expect(await ask(made[1]?.connectionString ?? '', titles)).toHaveLength(1)
  })

  test('that is ended in SQL alone reads on in a REPEATABLE READ until the watch cuts it off', async ({
    database,
  }) => {
    const made = await (await brand(database)).create()
    const { client, ended } = await connect(made)
    await client.query('begin isolation level repeatable read')
    await client.query(titles)
    await ask(
      database.superuserUrl,
      'update app_private.database_logins set revoked_at = now() where login_name = $1',
      [made.loginName],
    )
    expect((await client.query(titles)).rows).toHaveLength(1)
    expect(await ask(made.connectionString, titles)).toEqual([])
    watch(database.superuserUrl)
    await ended
    await expect.poll(() => roleOf(database, made)).toEqual([])
  })

  test('never shows its password to the server', async ({ database }) => {
    await ask(database.superuserUrl, 'create extension pg_stat_statements')
    // Off on a server of ours, and on where another one is used.
    await ask(
      database.superuserUrl,
      `do $$ begin execute format(
         'alter database %I set pg_stat_statements.track_utility = on', current_database()
       ); end $$`,
    )
    const made = await (await brand(database)).create()
    const said = async (text: string) =>
      (
        await ask(
          database.superuserUrl,
          `select from pg_stat_statements(true) as s where position($1 in s.query) > 0`,
          [text],
        )
      ).length
    expect(await said(made.loginName)).toBeGreaterThan(0)
    expect(await said(made.password)).toBe(0)
  })

  test('is made whole or not at all', async ({ database }) => {
    const acme = await brand(database)
    await acme.create()
    // Roles are the cluster's: those of other files, which come and go, begin with t_.
    const roles = () =>
      ask(database.superuserUrl, `select rolname from pg_roles where rolname !~ '^t_' order by 1`)
    const before = await roles()
    for (const [wanted, refusal] of [
      [{}, '23505'],
      [{ name: '' }, '23514'],
      [{ name: 'Bi' }, '23514'],
      [{ name: 'pg_bi' }, '23514'],
      [{ name: 'x'.repeat(41) }, '23514'],
      [{ name: 'x'.repeat(100) }, '23514'],
      [{ name: `x"; alter role postgres password 'x'; --` }, '23514'],
      [{ name: "x'); drop schema app_public cascade; --" }, '23514'],
      [{ name: 'x\0y' }, '22021'],
      [{ name: 'other', role: 'server' }, '22P02'],
      [{ name: 'other', role: 'analyst" superuser; --' }, '22P02'],
      [{ name: 'other', connections: 0 }, '23514'],
      [{ name: 'other', connections: 56 }, 'FL125'],
      [{ name: 'other', expiresAt: '2020-01-01' }, '23514'],
      [{ name: 'other', expiresAt: 'never' }, '22007'],
      [{ name: 'other', expiresAt: `infinity' superuser; --` }, '22007'],
    ] as const) {
      expect(await code(acme.create(wanted)), JSON.stringify(wanted)).toMatch(refusal)
    }
    expect(
      await code(acme.logins.create({ organizationId: '999' }, { role: 'analyst', name: 'x' })),
    ).toBe('FL002')
    expect(await roles()).toEqual(before)
    // Broken off after the first step of its end.
    const left = await acme.create({ name: 'left' })
    const { ended } = await connect(left)
    await ask(database.superuserUrl, 'select app_private.revoke_database_login($1, $2)', [
      acme.id,
      'left',
    ])
    expect(await ask(left.connectionString, titles)).toEqual([])
    expect(await code(acme.revoke('left'))).toBe('FL002')
    await ended
    expect(await roleOf(database, left)).toEqual([])
  })

  test('on which something depends stays, and cannot be used', async ({ database }) => {
    const acme = await brand(database)
    const made = await acme.create()
    await ask(database.superuserUrl, `create schema kept authorization ${made.loginName}`)
    await acme.revoke()
    expect(await roleOf(database, made)).toEqual([{ rolcanlogin: false }])
    expect(await code(ask(made.connectionString, titles))).toBe('28P01')
    const next = await acme.create()
    expect(next.loginName).not.toBe(made.loginName)
    await ask(database.superuserUrl, `drop schema kept; drop role ${made.loginName}`)
  })

  test('that only has the number of one is left alone', async ({ database }) => {
    const acme = await brand(database)
    const made = await acme.create()
    const renamed = `${made.loginName}_else`
    await ask(database.superuserUrl, `alter role ${made.loginName} rename to ${renamed}`)
    await acme.revoke()
    const found = await ask(
      database.superuserUrl,
      'select rolcanlogin from pg_roles where rolname = $1',
      [renamed],
    )
    expect(found).toEqual([{ rolcanlogin: true }])
  })

  test('that the watch may not change does not keep it from the others', async ({ database }) => {
    const root = roots['a login that may create roles'](database)
    const [theirs, ours] = [await brand(database), await brand(database, root)]
    const stubborn = await theirs.create()
    await ask(stubborn.connectionString, `alter role ${stubborn.loginName} set work_mem = '1GB'`)
    const left = await theirs.create({ name: 'left' })
    const expiring = await ours.create()
    // Whoever may create roles may change any of them on PostgreSQL 15, but no superuser.
    for (const { loginName } of [stubborn, left]) {
      await ask(database.superuserUrl, `alter role ${loginName} superuser`)
      onTestFinished(async () => {
        await ask(inject('superuserUrl'), `alter role ${loginName} nosuperuser nologin`)
      })
    }
    await ask(
      database.superuserUrl,
      `update app_private.database_logins set expires_at = statement_timestamp()
       where login_name in ($1, $2)`,
      [left.loginName, expiring.loginName],
    )
    const { ended } = await connect(expiring)
    watch(root)
    await ended
    await expect.poll(() => roleOf(database, expiring)).toEqual([])
    expect(await roleOf(database, left)).toEqual([{ rolcanlogin: true }])
  })

  test('keeps what a superuser has set for it', async ({ database }) => {
    const root = roots['a login that may create roles'](database)
    const made = await (await brand(database, root)).create()
    await ask(database.superuserUrl, `alter role ${made.loginName} set log_statement = 'all'`)
    const warnings = watch(root)
    const { client, ended } = await connect(made)
    await client.query(`alter role ${made.loginName} set work_mem = '1GB'`)
    await ended
    await expect.poll(() => warnings(made)).toHaveLength(1)
    const { client: next } = await connect(made)
    const { rows } = await next.query(
      `select current_setting('log_statement') as log, current_setting('work_mem') as memory`,
    )
    expect(rows).toEqual([{ log: 'all', memory: '4MB' }])
    // The watch has looked again by the time that it has mended another one.
    const other = await (await brand(database, root)).create()
    await ask(other.connectionString, `alter role ${other.loginName} set work_mem = '1GB'`)
    await expect.poll(() => warnings(other)).toHaveLength(1)
    expect(warnings(made)).toHaveLength(1)
    expect((await next.query(titles)).rows).toHaveLength(1)
  })

  test('holds no more connections than it may', async ({ database }) => {
    const made = await (await brand(database)).create({ connections: 2 })
    await connect(made)
    await connect(made)
    expect(await code(connect(made))).toBe('53300')
  })

  test('is made by an admin who has just given the second factor', async ({ database }) => {
    const acme = await brand(database)
    const boss = await withClient(database.superuserUrl, (client) =>
      admin(client, `boss@${acme.slug}.example`, acme.id),
    )
    const session = digest(boss.handle)
    const wanted = { role: 'analyst', name: 'bi' }
    const made = await acme.logins.create({ session }, wanted)
    expect(await ask(made.connectionString, titles)).toEqual([{ title: acme.slug }])
    expect(
      await ask(
        database.superuserUrl,
        'select created_by from app_private.database_logins where id = $1',
        [made.id],
      ),
    ).toEqual([{ created_by: boss.userId }])
    await ask(
      database.superuserUrl,
      `update app_private.sessions set second_factor_at = now() - interval '6 minutes'
       where user_id = $1`,
      [boss.userId],
    )
    expect(await code(acme.logins.create({ session }, { ...wanted, name: 'b' }))).toBe('FL117')
    expect(await code(acme.logins.revoke({ session }, 'bi'))).toBe('FL117')
    expect(await code(acme.logins.revoke({ session: digest('nobody') }, 'bi'))).toBe('FL102')
  })

  test('is what it is, whatever it sets', async ({ database }) => {
    const [acme, globex] = [await brand(database), await brand(database)]
    const made = await acme.create()
    const handle = await withClient(database.superuserUrl, (client) =>
      signIn(client, globex.id, 'analyst'),
    )
    const { client } = await connect(made)
    const seen = async () => (await client.query(titles)).rows
    for (const setting of ['fluence.session_id', 'fluence.brand_id', 'fluence.user_id', 'jwt.x']) {
      await client.query('select set_config($1, $2, false)', [setting, handle])
      expect(await seen()).toEqual([{ title: acme.slug }])
    }
    for (const role of ['fluence_admin', 'fluence_owner', 'fluence_definer', 'fluence_server']) {
      expect(await code(client.query(`set role ${role}`))).toBe('42501')
    }
    expect(await code(client.query('set session authorization fluence_authenticator'))).toBe(
      '42501',
    )
    await code(client.query('set role fluence_analyst'))
    expect(await seen()).toEqual([{ title: acme.slug }])
    await client.query('reset role; reset session authorization; reset all')
    await client.query('discard all')
    expect(await seen()).toEqual([{ title: acme.slug }])
    await client.query('set row_security = off')
    expect(await code(client.query(titles))).toBe('42501')
  })
})

test('a login can lock no relation that there is', async ({ database }) => {
  const { client } = await connect(
    await (await brand(database)).create({ role: 'product_manager' }),
  )
  const all = await ask<{ name: string }>(
    database.superuserUrl,
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'f') and n.nspname !~ '^pg_(toast|temp)'
     order by 1`,
  )
  expect(all.length).toBeGreaterThan(200)
  const locked: string[] = []
  for (const { name } of all) {
    for (const mode of ['row share', 'access exclusive']) {
      await client.query('begin')
      const outcome = await code(client.query(`lock table ${name} in ${mode} mode nowait`))
      await client.query('rollback')
      if (outcome !== '42501') locked.push(`${name} in ${mode} mode: ${outcome}`)
    }
  }
  expect(locked).toEqual([])
})

describe('where the server is ours, a login cannot', () => {
  const refused = {
    'create temporary objects': 'create temporary table t (x int)',
    'create tables': 'create table app_public.t (x int)',
    'create functions': `create function public.f() returns int language sql return 1`,
    'create schemas': 'create schema mine',
    'run a DO block': 'do $$ begin perform 1; end $$',
    'take advisory locks': 'select pg_advisory_lock(1)',
    'take advisory locks of a transaction': 'select pg_advisory_xact_lock(1)',
    'try advisory locks': 'select pg_try_advisory_lock_shared(1, 2)',
    'create large objects': 'select lo_create(0)',
    'write large objects': `select lo_from_bytea(0, 'x')`,
    'read large objects': 'select lo_get(1)',
    'open large objects': 'select lo_open(1, 262144)',
    'read the list of large objects': 'select * from pg_largeobject',
    'see what others do': 'select * from pg_stat_activity',
    'see who is connected': 'select * from pg_stat_get_activity(null)',
    'see what others do, number by number': 'select pg_stat_get_backend_activity(1)',
    'see the locks of others': 'select * from pg_locks',
    'see how many rows there are': 'select * from pg_stat_all_tables',
    'see what was asked': 'select * from public.pg_stat_statements',
    'read hashes of passwords': 'select rolpassword from pg_authid',
    'read them elsewhere': 'select passwd from pg_shadow',
    'read statistics of columns': 'select * from pg_statistic',
    'read files': `select pg_read_file('PG_VERSION')`,
    'run programs': `copy (select 1) to program 'true'`,
    'write into the log of the database': `select pg_logical_emit_message(false, 'x', 'y')`,
    'end connections of others': 'select pg_terminate_backend($1)',
    'lift its limit of temporary files': 'set temp_file_limit = -1',
    'lift its limit of connections': 'alter role current_user connection limit -1',
    'live longer': `alter role current_user valid until 'infinity'`,
    'give itself a role': 'grant fluence_admin to current_user',
  }
  test.for(Object.entries(refused))('%s', async ([, sql], { database }) => {
    await ask(database.superuserUrl, 'create extension if not exists pg_stat_statements')
    await harden(database.superuserUrl)
    const acme = await brand(database)
    const { client } = await connect(await acme.create())
    const stranger = await connect({ connectionString: database.access.as('fluence_server') })
    const { rows } = await stranger.client.query('select pg_backend_pid() as pid')
    const values = sql.includes('$1') ? [rows[0].pid] : []
    expect(await code(client.query(sql, values))).toBe('42501')
  })

  test('see rows of statistics of what it may not read', async ({ database }) => {
    const { connectionString } = await (await brand(database)).create()
    await ask(database.superuserUrl, 'analyze')
    expect(
      await ask(connectionString, `select from pg_stats where schemaname like 'app_%'`),
    ).toEqual([])
  })

  test('but LISTEN and NOTIFY are everybody’s, as is what poolers ask for', async ({
    database,
  }) => {
    const { client } = await connect(await (await brand(database)).create())
    await client.query('listen anything; notify anything; unlisten *')
    await client.query('select pg_advisory_unlock_all()')
    await client.query('discard all')
  })

  test('while our own functions take their locks', async ({ crowd }) => {
    for (const login of ['fluence_migrator', 'fluence_server', 'fluence_worker'] as const) {
      await crowd.as(login, 1, async ([client]) => {
        await client?.query('select pg_advisory_lock(1); select pg_advisory_unlock(1)')
        await client?.query('select from pg_stat_activity; do $$ begin end $$')
      })
    }
  })
})
