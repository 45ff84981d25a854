import crypto from 'node:crypto'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { serviceLogins } from '../../../src/server/postgres/access.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import type { TestDatabase } from '../../harness/database.ts'
import { signIn } from '../../harness/sign-in.ts'
import { type Story, test as base } from '../../harness/test.ts'

interface Brands {
  readonly acme: string
  readonly globex: string
  /** The handle of a session of an admin of the other brand. */
  readonly stolen: string
  readonly root: pg.Client
  /** A real connection of an analyst of Acme with a database login. */
  readonly bi: pg.Client
  readonly login: string
}

async function makeBrands(root: pg.Client, database: TestDatabase): Promise<Brands> {
  const ids: string[] = []
  for (const slug of ['acme', 'globex']) {
    const { rows } = await root.query<{ id: string }>(
      `select o.id from app_private.create_organization('brand', $1, $1, 'UTC', 'EUR') as o`,
      [slug],
    )
    ids.push(rows[0]?.id ?? '')
  }
  const [acme = '', globex = ''] = ids
  // Acme's titles are numbers and its stock is more than none; Globex's are secret and none.
  await root.query(
    `insert into app_public.products
       (brand_id, title, category, product_price, currency, stock_quantity)
     select $1::bigint, n::text, 'Kitchen', 10, 'EUR', n from generate_series(1, 20) as n
     union all
     select $2::bigint, 'secret ' || n, 'Cellar', 10, 'EUR', 0 from generate_series(1, 300) as n`,
    [acme, globex],
  )
  await root.query('analyze')
  const stolen = await signIn(root, globex, 'admin')
  const login = `t_covert_${crypto.randomBytes(4).toString('hex')}`
  await root.query(`create role ${login} login password 'x' in role fluence_analyst`)
  await root.query(`grant connect on database ${database.name} to ${login}`)
  await root.query(`select app_private.register_database_login($1, $2, 'analyst', 'covert')`, [
    login,
    acme,
  ])
  const url = new URL(database.superuserUrl)
  Object.assign(url, { username: login, password: 'x' })
  const bi = new pg.Client({ connectionString: url.href })
  await bi.connect()
  return { acme, globex, stolen, root, bi, login }
}

const test = base.extend<{ brands: Brands }>({
  brands: [
    async ({ database }, use) => {
      await withClient(database.superuserUrl, async (root) => {
        const brands = await makeBrands(root, database)
        await use(brands)
        await brands.bi.end()
        await root.query(`drop owned by ${brands.login}`)
        await root.query(`drop role ${brands.login}`)
      })
    },
    { scope: 'file' },
  ],
})

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: pg.DatabaseError) => error.code ?? error.message,
  )

const brandsSeen = async (client: pg.Client) => {
  const { rows } = await client.query<{ brand_id: string }>(
    'select distinct p.brand_id from app_public.products as p',
  )
  return rows.map((row) => row.brand_id)
}

describe('a database login', () => {
  test('gains nothing by settings, nor by the session of somebody else', async ({ brands }) => {
    const { acme, globex, stolen, bi } = brands
    for (const [name, value] of [
      ['fluence.session_id', stolen],
      ['fluence.brand_id', globex],
      ['jwt.claims.brand_id', globex],
      ['row_security', 'on'],
      ['application_name', 'fluence_authenticator'],
    ]) {
      await bi.query('select set_config($1, $2, false)', [name, value])
    }
    expect(await brandsSeen(bi)).toEqual([acme])
    // Switched off it refuses, and does not show all.
    await bi.query('set row_security = off')
    expect(await codeOf(brandsSeen(bi))).toBe('42501')
    await bi.query('reset all')
  })

  test('becomes nobody else', async ({ brands }) => {
    const { acme, bi, root } = brands
    const { rows } = await root.query<{ name: string }>(
      `select r.rolname as name from pg_roles as r
       where r.rolname = any ($1)
         or r.rolname like 'fluence\\_%' and not r.rolcanlogin and r.rolname <> 'fluence_analyst'
         or r.rolname like 'pg\\_%'`,
      [['postgres', 'installer', ...serviceLogins]],
    )
    expect(rows.length).toBeGreaterThan(15)
    for (const { name } of rows) {
      expect(await codeOf(bi.query(`set role "${name}"`)), name).toBe('42501')
      expect(await codeOf(bi.query(`set session authorization "${name}"`)), name).toBe('42501')
      const set = `select set_config('role', $1, false)`
      expect(await codeOf(bi.query(set, [name])), name).toBe('42501')
    }
    for (const sql of [
      'set role fluence_analyst',
      'reset role',
      'set session authorization default',
      'reset session authorization',
      'set role none',
    ]) {
      await bi.query(sql)
      expect(await brandsSeen(bi), sql).toEqual([acme])
    }
  })

  test('makes nothing that would see rows before a policy does', async ({ brands }) => {
    const { bi } = brands
    const leak = (schema: string) =>
      `create function ${schema}.leak(t text) returns boolean language plpgsql cost 0.0001
       as 'begin raise notice ''%'', t; return true; end'`
    for (const sql of [
      ...['public', 'app_public', 'app_hidden', 'reporting', 'staff', 'pg_temp'].map(leak),
      'create schema mine',
      'create table public.mine (id bigint)',
      'create view public.mine as select 1 as one',
      'create temp table products (id bigint)',
      'create temp view products as select 1 as one',
      'create operator public.<<< (function = pg_catalog.texteq, leftarg = text, rightarg = text)',
      'create extension dblink',
      'create policy mine on app_public.products using (true)',
      'alter table app_public.products disable row level security',
      `copy app_public.products to program 'cat'`,
      `copy app_public.products from '/etc/hostname'`,
      `select pg_catalog.pg_read_file('/etc/hostname')`,
    ]) {
      // Another's table is refused as such, a right that lacks as such.
      expect(await codeOf(bi.query(sql)), sql).toMatch(/^(42501|0LP01)$/)
    }
  })

  test('meets no error on rows of others', async ({ brands }) => {
    const { bi, globex, root } = brands
    const hers = await root.query<{ id: string }>(
      'select p.id from app_public.products as p where p.brand_id = $1 limit 1',
      [globex],
    )
    const id = hers.rows[0]?.id ?? ''
    let failing = 0
    for (const sql of [
      'select p.title::integer from app_public.products as p',
      'select count(*) from app_public.products as p where p.title::integer > 0',
      'select count(*) from app_public.products as p where 1 / p.stock_quantity >= 0',
      `select count(*) from app_public.products as p where 1 / (p.id - ${id}) is not null`,
      'select sum(1 / p.stock_quantity) from app_public.products as p group by p.title::integer',
      `select count(*) from app_public.products as p
       where case when p.brand_id = ${globex} then 1 / (p.id - p.id) = 1 else true end`,
      `select count(*) from app_public.products as p
       join app_public.products as q on q.title::integer = p.stock_quantity`,
      'select count(*) from reporting.category_stock as s where 1 / s.units_in_stock >= 0',
      `select count(*) from app_public.product_changes as c where 1 / (c.product_id - ${id}) >= 0`,
      `select count(*) from app_public.organizations as o where 1 / (o.id - ${globex}) is not null`,
    ]) {
      expect(await codeOf(bi.query(sql)), sql).toBe('done')
      if (/^(22P02|22012)$/.test(await codeOf(root.query(sql)))) failing += 1
    }
    // Whoever sees those rows meets the errors: so the attempts are some.
    expect(failing).toBeGreaterThanOrEqual(7)
  })

  test('reads no statistics of values, and nobody else’s statements', async ({ brands }) => {
    const { bi, root } = brands
    const stats = `select from pg_catalog.pg_stats as s
                   where s.schemaname like 'app\\_%' or s.schemaname = 'reporting'`
    expect((await root.query(stats)).rowCount).toBeGreaterThan(0)
    expect((await bi.query(stats)).rowCount).toBe(0)
    expect(await codeOf(bi.query('select from pg_catalog.pg_statistic'))).toBe('42501')
    expect((await bi.query('select from pg_catalog.pg_stats_ext')).rowCount).toBe(0)
    expect(await codeOf(bi.query('select from pg_catalog.pg_stat_activity'))).toBe('42501')
  })

  test('learns how many rows there are in all: that stays open, and is written down', async ({
    brands,
  }) => {
    const { bi } = brands
    const { rows } = await bi.query<{ guess: number }>(
      `select c.reltuples as guess from pg_catalog.pg_class as c
       where c.oid = 'app_public.products'::regclass`,
    )
    expect(rows).toEqual([{ guess: 320 }])
    const plan = await bi.query('explain (analyze, costs off) select from app_public.products')
    expect(JSON.stringify(plan.rows)).not.toMatch(/secret|Cellar/)
  })

  test('guesses by the planner what is frequent elsewhere, but no amount: so it is written down', async ({
    brands,
  }) => {
    const { bi, globex } = brands
    const guess = async (condition: string) => {
      const { rows } = await bi.query<{ 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>(
        `explain (format json) select from app_public.products where ${condition}`,
      )
      return rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0
    }
    expect(await guess(`brand_id = ${globex}`)).toBe(300)
    expect(await guess(`category = 'Cellar'`)).toBeGreaterThan(100)
    expect(await guess(`category = 'Nowhere'`)).toBe(1)
    // Money is compared by no leakproof operator, so statistics of all brands are not asked.
    expect(await guess('product_price = 10')).toBe(await guess('product_price = 11'))
    expect(await guess('product_price > 5')).toBe(await guess('product_price > 50'))
  })

  test('that is revoked is nobody for what it prepared before', async ({ brands }) => {
    const { bi, root, acme } = brands
    await bi.query('prepare mine as select count(*)::integer as n from app_public.products')
    expect((await bi.query('execute mine')).rows).toEqual([{ n: 20 }])
    const set = (revoked: string) =>
      root.query(
        `update app_private.database_logins set revoked_at = ${revoked} where organization_id = $1`,
        [acme],
      )
    await set('now()')
    expect((await bi.query('execute mine')).rows).toEqual([{ n: 0 }])
    await set('null')
    expect((await bi.query('execute mine')).rows).toEqual([{ n: 20 }])
    await bi.query('deallocate mine')
    // A cursor goes on with what it found: so the connections of a login are ended with it.
    await bi.query('begin')
    await bi.query('declare mine cursor for select p.id from app_public.products as p')
    expect((await bi.query('fetch 1 from mine')).rowCount).toBe(1)
    await set('now()')
    expect((await bi.query('fetch 1 from mine')).rowCount).toBe(1)
    expect(await brandsSeen(bi)).toEqual([])
    await bi.query('rollback')
    await set('null')
  })
})

describe('one connection of the server', () => {
  test('keeps nothing of one caller for the next', async ({ brands, crowd }) => {
    const { acme, globex, root } = brands
    const handles = [
      await signIn(root, acme, 'product_manager'),
      await signIn(root, globex, 'analyst'),
    ]
    await crowd.as('fluence_authenticator', 1, async ([client]) => {
      const server = client as pg.Client
      const as = (i: number, role: string) =>
        server.query(
          `select set_config('role', $1, true), set_config('fluence.session_id', $2, true)`,
          [`fluence_${role}`, handles[i]],
        )
      const read = { name: 'read', text: 'select distinct brand_id from app_public.products' }
      const write = { name: 'write', text: `update app_public.products set title = title` }
      for (let n = 0; n < 7; n += 1) {
        await server.query('begin')
        await as(0, 'product_manager')
        expect((await server.query(read)).rows).toEqual([{ brand_id: acme }])
        expect((await server.query(write)).rowCount).toBe(20)
        await server.query('rollback')
        await server.query('begin')
        await as(1, 'analyst')
        expect((await server.query(read)).rows).toEqual([{ brand_id: globex }])
        expect(await codeOf(server.query(write))).toBe('42501')
        await server.query('rollback')
        // Between two requests it is nobody.
        expect(await codeOf(server.query(read))).toBe('42501')
      }
    })
  })

  test('closes cursors with the transaction of the caller', async ({ brands, crowd }) => {
    const { acme, root } = brands
    const handle = await signIn(root, acme, 'analyst')
    await crowd.as('fluence_authenticator', 1, async ([client]) => {
      const server = client as pg.Client
      await server.query('begin')
      await server.query(
        `select set_config('role', 'fluence_analyst', true),
           set_config('fluence.session_id', $1, true)`,
        [handle],
      )
      await server.query('declare rows cursor for select * from app_public.products')
      expect((await server.query('fetch 1 from rows')).rowCount).toBe(1)
      await server.query('commit')
      expect(await codeOf(server.query('fetch 1 from rows'))).toBe('34000')
    })
  })
})

describe('an id of another brand', () => {
  const unknown = '999999999'

  for (const [what, call, table, condition] of [
    ['a member', 'app_public.remove_member', 'app_public.memberships', 'true'],
    ['an API key', 'app_public.revoke_api_key', 'app_private.sessions', `kind = 'api_key'`],
    ['an invitation', 'app_public.revoke_invitation', 'app_public.invitations', 'true'],
    ['a grant', 'app_public.end_agency_grant', 'app_public.agency_grants', 'true'],
  ] as const) {
    test(`is answered like one that is not there: ${what}`, async ({ story }) => {
      const acme = await story.organization('one')
      const globex = await story.organization('two')
      const helpers = await story.organization('helpers', 'agency')
      await signIn(story.client, globex, 'admin')
      await story.rows(
        `insert into app_public.agency_grants (for_brand_id, agency_id, role, granted_by)
         select $1, $2, 'analyst', max(u.id) from app_public.users as u`,
        [globex, helpers],
      )
      await story.rows(
        `insert into app_public.invitations (organization_id, role, invited_by, expires_at)
         select $1, 'analyst', max(u.id), now() + interval '1 day' from app_public.users as u`,
        [globex],
      )
      await story.rows(
        `insert into app_private.sessions
           (session_hash, kind, name, created_by, organization_id, acting_brand_id, role, expires_at)
         select sha256('k'), 'api_key', 'k', max(u.id), $1, $1, 'analyst', now() + interval '1 day'
         from app_public.users as u`,
        [globex],
      )
      const { id } = await story.one<{ id: string }>(
        `select max(t.id) as id from ${table} as t where ${condition}`,
      )
      await story.as({ role: 'admin', organization: acme })
      const told = async (given: string) => {
        const { code, message, detail, hint } = await story.rejects(/^FL/, `select ${call}($1)`, [
          given,
        ])
        return { code, message: message.replace(given, '<id>'), detail, hint }
      }
      expect(await told(id)).toEqual(await told(unknown))
    })
  }

  test('collides with nothing: products of two brands may have one number and source', async ({
    story,
  }) => {
    const [one, two] = [await story.organization('one'), await story.organization('two')]
    for (const brand of [one, two]) {
      await story.rows(
        `insert into app_public.products
           (brand_id, id, source, source_id, title, category, product_price, currency)
         overriding system value values ($1, 7, 'shop', '7', 'Apron', 'Kitchen', 1, 'EUR')`,
        [brand],
      )
    }
    // Who may add products names neither number, source nor brand, so a clash tells nothing.
    await story.as({ role: 'product_manager', organization: one })
    for (const column of ['brand_id', 'id', 'source', 'source_id', 'created_at']) {
      await story.rejects('42501', `insert into app_public.products (${column}) values (null)`)
      await story.rejects('42501', `update app_public.products set ${column} = null`)
    }
  })
})

describe('a column that was not granted', () => {
  test('is not in the whole row either', async ({ story }) => {
    await story.rows('grant usage on schema app_hidden to fluence_analyst')
    const acme = await story.organization('one')
    await story.product(acme)
    await story.as({ role: 'analyst', organization: acme })
    const table = 'app_hidden.category_stock_slots'
    expect(await story.rows(`select s.brand_id from ${table} as s`)).toEqual([{ brand_id: acme }])
    for (const all of ['s', 's.*', 'to_jsonb(s)', 's::text', 'count(s)', 's.slot', 's.ctid']) {
      await story.rejects('42501', `select ${all} from ${table} as s`)
    }
    await story.rejects('42501', `select 1 from ${table} as s where s.slot > 0`)
    await story.rejects('42501', `select 1 from ${table} as s order by s.slot`)
    await story.rejects('42501', `select 1 from ${table} as s natural join ${table} as t`)
  })
})

describe('a name that hides another', () => {
  async function plant(story: Story) {
    // The worst case: somebody could make objects after all.
    await story.rows(`
      create schema evil;
      create function evil.always(bigint, bigint) returns boolean language sql as 'select true';
      create operator evil.= (function = evil.always, leftarg = bigint, rightarg = bigint);
      create function evil.current_brand_id() returns bigint language sql as 'select 1::bigint';
      create function evil.sha256(bytea) returns bytea language sql as 'select ''x''::bytea';
      create function evil.statement_timestamp() returns timestamptz language sql
        as 'select ''1999-01-01''::timestamptz';
      create temp table sessions as select * from app_private.sessions;
      create temp table memberships as select * from app_public.memberships;
      create temp table pg_roles as select * from pg_catalog.pg_roles;
      grant usage on schema evil to public;
      grant all on pg_temp.sessions, pg_temp.memberships, pg_temp.pg_roles to public`)
  }

  for (const path of ['evil, pg_temp, pg_catalog', 'pg_temp, evil', 'pg_temp, pg_catalog, evil']) {
    test(`deceives neither policies nor functions: ${path}`, async ({ story }) => {
      const [acme, globex] = [await story.organization('one'), await story.organization('two')]
      await story.product(globex)
      const own = await story.product(acme)
      await story.as(null)
      await plant(story)
      await story.as({ role: 'admin', organization: acme })
      const look = async () => ({
        products: await story.rows('select id from app_public.products'),
        members: await story.rows('select user_id from app_public.members order by user_id'),
        sessions: await story.rows('select id from app_public.own_sessions'),
        who: await story.one(
          `select app_public.current_brand_id() as brand, app_public.current_user_role() as role`,
        ),
        stock: await story.rows('select brand_id from reporting.category_stock'),
      })
      const before = await look()
      expect(before.products).toEqual([{ id: own }])
      await story.rows(`select set_config('search_path', $1, true)`, [path])
      expect(await look()).toEqual(before)
      await story.rejects('FL002', 'select app_public.remove_member(999999999::bigint)')
    })
  }
})
