import { describe, expect } from 'vitest'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { admin, digest, logIn, member, person } from '../../harness/people.ts'
import { type Story, test } from '../../harness/test.ts'

const register = `select app_private.register_database_login(
  $1, $2, $3, $4, expires_at => $5, membership_id => $6, agency_grant_id => $7,
  connection_limit => $8) as id`
const products = 'select id from app_public.products'

/** Logins that live, of roles that need not be there, with one connection each. */
const othersFor = `
  insert into app_private.database_logins (
    login_oid, login_name, name, organization_id, acting_brand_id, role, connection_limit
  )
  select 4000000000 + $1::bigint * 100 + n, 'login_' || n, 'login_' || n, $1, $1, 'analyst', 1
  from generate_series(1, $2::integer) as n`

async function acmeWithLogin(story: Story, values: Record<string, unknown> = {}) {
  const acme = await story.organization('acme')
  const product = await story.product(acme)
  await story.as(null)
  await story.rows('create role t_bi login in role fluence_analyst')
  await story.atDoor('fluence_server')
  const bind = (more: Record<string, unknown> = {}) => {
    const v = {
      organization: acme,
      role: 'analyst',
      name: 'bi_sales',
      ...values,
      ...more,
    } as Record<string, unknown>
    return [
      v['login'] ?? 't_bi',
      v['organization'],
      v['role'],
      v['name'],
      v['expires'] ?? null,
      v['membership'] ?? null,
      v['grant'] ?? null,
      v['connections'] ?? 1,
    ]
  }
  return { acme, product, bind }
}

async function asBi(story: Story) {
  await story.as(null)
  await story.rows('set local session authorization t_bi')
}

describe('a database login', () => {
  test('acts for its brand in its one role', async ({ story }) => {
    const { acme, product, bind } = await acmeWithLogin(story)
    await story.rows(register, bind())
    await asBi(story)
    expect(await story.rows(products)).toEqual([{ id: product }])
    expect(
      await story.one(`select app_public.current_brand_id() as brand, app_public.current_user_id() as user,
                              app_public.current_user_role() as role`),
    ).toEqual({ brand: acme, user: null, role: 'analyst' })
  })

  test('is nobody when it is revoked', async ({ story }) => {
    const { acme, bind } = await acmeWithLogin(story)
    await story.rows(register, bind())
    const revoke = 'select app_private.revoke_database_login($1, $2) as login'
    expect(await story.one(revoke, [acme, 'bi_sales'])).toEqual({ login: 't_bi' })
    await story.rejects('FL002', revoke, [acme, 'bi_sales'])
    await asBi(story)
    expect(await story.rows(products)).toEqual([])
  })

  test('is nobody when it is over, within a transaction too', async ({ story }) => {
    const { bind } = await acmeWithLogin(story)
    await story.rows(register, bind({ expires: new Date(Date.now() + 3_600_000) }))
    await asBi(story)
    expect(await story.rows(products)).toHaveLength(1)
    await story.as(null)
    await story.rows(`update app_private.database_logins set expires_at = now()`)
    await asBi(story)
    expect(await story.rows(products)).toEqual([])
  })

  test('ends with the membership of the one who holds it', async ({ story }) => {
    const { acme, bind } = await acmeWithLogin(story)
    const ann = await person(story.client, 'ann@example.com')
    const membership = await member(story.client, ann, acme, 'analyst')
    await story.rows(register, bind({ membership }))
    await asBi(story)
    expect(await story.one('select app_public.current_user_id() as user')).toEqual({ user: ann })
    await story.as(null)
    await story.rows('update app_public.memberships set ended_at = now() where id = $1', [
      membership,
    ])
    await asBi(story)
    expect(await story.rows(products)).toEqual([])
    await story.atDoor('fluence_server')
    await story.rejects('FL002', register, bind({ membership, name: 'again' }))
  })

  test('ends with the person who holds it', async ({ story }) => {
    const { acme, bind } = await acmeWithLogin(story)
    const ann = await person(story.client, 'ann@example.com')
    const membership = await member(story.client, ann, acme, 'analyst')
    await story.rows(register, bind({ membership }))
    await story.as(null)
    await story.rows('update app_public.users set deactivated_at = now() where id = $1', [ann])
    await asBi(story)
    expect(await story.rows(products)).toEqual([])
  })

  test('of an agency acts by a grant, and ends with it', async ({ story }) => {
    const { acme, product, bind } = await acmeWithLogin(story)
    const boss = await admin(story.client, 'boss@example.com', acme)
    await story.as(null)
    const helpers = await story.organization('helpers', 'agency')
    await story.through(boss.handle, 'admin')
    const { id: grant } = await story.one<{ id: string }>(
      `select (app_public.grant_agency('helpers', 'analyst')).id`,
    )
    await story.atDoor('fluence_server')
    await story.rejects('FL002', register, bind({ grant }))
    await story.rows(register, bind({ organization: helpers, grant }))
    await asBi(story)
    expect(await story.rows(products)).toEqual([{ id: product }])
    await story.through(boss.handle, 'admin')
    await story.rows('select app_public.end_agency_grant($1)', [grant])
    await asBi(story)
    expect(await story.rows(products)).toEqual([])
  })

  for (const [what, make] of [
    ['has no role', 'create role t_x login'],
    ['has another role', 'create role t_x login in role fluence_admin'],
    ['has two roles', 'create role t_x login in role fluence_analyst, fluence_admin'],
    ['cannot log in', 'create role t_x in role fluence_analyst'],
    ['is a superuser', 'create role t_x superuser login in role fluence_analyst'],
    ['bypasses policies', 'create role t_x bypassrls login in role fluence_analyst'],
    ['creates roles', 'create role t_x createrole login in role fluence_analyst'],
    ['is not there', 'create role t_other'],
  ] as const) {
    test(`is not bound if it ${what}`, async ({ story }) => {
      const { bind } = await acmeWithLogin(story)
      await story.as(null)
      await story.rows(make)
      await story.atDoor('fluence_server')
      await story.rejects('FL123', register, bind({ login: 't_x' }))
    })
  }

  test('is not bound twice, nor under a bad name, nor to nothing', async ({ story }) => {
    const { bind } = await acmeWithLogin(story)
    for (const name of ['', 'Bi', 'bi-sales', 'bi sales', 'x'.repeat(41), '1bi']) {
      await story.rejects('23514', register, bind({ name }))
    }
    await story.rejects('FL002', register, bind({ organization: 1e9 }))
    await story.rows(register, bind())
    await story.rejects('23505', register, bind())
  })

  test('is listed by the own admins and auditors, and asked for by admins', async ({ story }) => {
    const { acme, bind } = await acmeWithLogin(story)
    await story.rows(register, bind())
    const ann = await person(story.client, 'ann@example.com')
    await member(story.client, ann, acme, 'analyst')
    const session = await logIn(story.client, 'ann@example.com')
    const may = 'select organization_id from app_private.login_manager($1)'
    await story.rejects('FL103', may, [digest(session.handle)])
    await story.rejects('FL102', may, [digest('nobody')])
    const boss = await admin(story.client, 'boss@example.com', acme)
    expect(await story.one(may, [digest(boss.handle)])).toEqual({ organization_id: acme })
    const list = 'select name, login_name, role, connection_limit from app_public.database_logins'
    for (const role of ['admin', 'auditor']) {
      await story.as({ role, organization: acme })
      expect(await story.one(list)).toEqual({
        name: 'bi_sales',
        login_name: 't_bi',
        role: 'analyst',
        connection_limit: 1,
      })
    }
    await story.as({ role: 'analyst', organization: acme })
    await story.rejects('42501', list)
    await story.as(null)
    await story.as({ role: 'admin', organization: await story.organization('globex') })
    expect(await story.rows(list)).toEqual([])
  })

  test('is one of fifty at most, those that are over not counted', async ({ story }) => {
    const { acme, bind } = await acmeWithLogin(story)
    const globex = await (async () => {
      await story.as(null)
      return story.organization('globex')
    })()
    await story.rows(othersFor, [acme, 49])
    await story.rows('create role t_last login in role fluence_analyst')
    await story.atDoor('fluence_server')
    await story.rows(register, bind())
    const one = bind({ login: 't_last', name: 'last' })
    await story.rejects('FL124', register, one)
    await story.rows('select app_private.revoke_database_login($1, $2)', [acme, 'login_1'])
    await story.rows('savepoint one_is_over')
    await story.rows(register, one)
    await story.rows('rollback to savepoint one_is_over')
    await story.as(null)
    await story.rows(
      `update app_private.database_logins
       set revoked_at = null, expires_at = statement_timestamp() where name = 'login_1'`,
    )
    await story.atDoor('fluence_server')
    await story.rows('savepoint one_has_expired')
    await story.rows(register, one)
    await story.rows('rollback to savepoint one_has_expired')
    await story.rows(register, bind({ login: 't_last', name: 'last', organization: globex }))
  })

  test('shares sixty connections with the others, those that are over not counted', async ({
    story,
  }) => {
    const { acme, bind } = await acmeWithLogin(story)
    await story.as(null)
    const globex = await story.organization('globex')
    await story.rows('create role t_last login in role fluence_analyst')
    await story.atDoor('fluence_server')
    await story.rejects('FL125', register, bind({ connections: 61 }))
    await story.rows(register, bind({ connections: 55 }))
    const last = (connections: number | null, organization = acme) =>
      bind({ login: 't_last', name: 'last', connections, organization })
    const error = await story.rejects('FL125', register, last(6))
    expect(error.message).toMatch(/may hold 60 connections in all; 55 are given/)
    await story.rejects('23514', register, last(-5))
    await story.rejects('23514', register, last(0))
    for (const fits of [last(5), last(60, globex)]) {
      await story.rows('savepoint it_fits')
      await story.rows(register, fits)
      await story.rows('rollback to savepoint it_fits')
    }
    await story.rows('select app_private.revoke_database_login($1, $2)', [acme, 'bi_sales'])
    await story.rows(register, last(60))
  })

  test.for([
    ['fiftieth', 'FL124', 49, 1],
    ['one with the last connections', 'FL125', 30, 30],
  ] as const)(
    'is the %s once, however many are registered at once',
    async ([, refusal, others, connections], { crowd, database }) => {
      const names = Array.from({ length: 6 }, (_, i) => `t_race_${i}_${database.name}`)
      await crowd.as('postgres', 1, async ([root]) => {
        const { rows } = await root!.query<{ id: string }>(
          `select o.id from app_private.create_organization('brand', $1, 'R', 'UTC', 'EUR') as o`,
          [`race-${others}`],
        )
        const id = rows[0]?.id
        await root!.query(othersFor, [id, others])
        for (const name of names) {
          await root!.query(`create role ${name} login in role fluence_analyst`)
        }
        const answers = await crowd.as('fluence_server', names.length, (clients) =>
          Promise.allSettled(
            clients.map((client, i) =>
              client.query(
                `begin;
               select app_private.register_database_login(
                 '${names[i]}', ${id}, 'analyst', 'r_${i}', connection_limit => ${connections}
               );
               select pg_sleep(0.05);
               commit`,
              ),
            ),
          ),
        )
        const codes = answers.map((a) => (a.status === 'rejected' ? a.reason.code : 'done'))
        expect(codes.toSorted()).toEqual([...Array(5).fill(refusal), 'done'])
        for (const name of names) await root!.query(`drop role ${name}`)
      })
    },
  )

  test('is noted as used while it is connected', async ({ crowd, database }) => {
    await crowd.as('postgres', 1, async ([root]) => {
      const name = `t_used_${database.name}`
      await root!.query(`create role ${name} login password 'x' in role fluence_analyst`)
      await root!.query(`grant connect on database ${database.name} to ${name}`)
      const { rows } = await root!.query<{ id: string }>(
        `select o.id from app_private.create_organization('brand', 'used', 'U', 'UTC', 'EUR') as o`,
      )
      await root!.query(`select app_private.register_database_login($1, $2, 'analyst', 'used')`, [
        name,
        rows[0]?.id,
      ])
      const used = async () =>
        (
          await root!.query(
            `select last_used_at is not null as used
             from app_private.database_logins where name = 'used'`,
          )
        ).rows
      const note = () =>
        crowd.as('fluence_worker', 1, ([worker]) =>
          worker!.query('select app_private.note_login_use()'),
        )
      await note()
      expect(await used()).toEqual([{ used: false }])
      const url = new URL(database.superuserUrl)
      Object.assign(url, { username: name, password: 'x' })
      await withClient(url.href, note)
      expect(await used()).toEqual([{ used: true }])
      await root!.query(`drop owned by ${name}`)
      await root!.query(`drop role ${name}`)
    })
  })
})
