import { describe, expect, onTestFinished } from 'vitest'
import { sha256Of } from '../../../src/server/identity/opaque.ts'
import { sql } from '../../harness/accounts.ts'
import { connectAs } from '../../harness/connections.ts'
import { type Api, test } from '../../harness/api.ts'

interface NewLogin {
  readonly id: string
  readonly loginName: string
  readonly password: string
  readonly connectionString: string
}

const create = async (api: Api, handle: string | undefined, given: object = {}) => {
  const { status, body } = await api.graphql(
    `mutation (
      $name: String!, $role: UserRoleEnum!, $at: Datetime, $limit: Int,
      $membership: BigInt, $grant: BigInt
    ) {
      createDatabaseLogin(
        name: $name, role: $role, expiresAt: $at, connectionLimit: $limit,
        membershipId: $membership, agencyGrantId: $grant
      ) {
        id loginName password connectionString
      }
    }`,
    { name: 'bi_sales', role: 'analyst', ...given },
    handle,
  )
  const [error] = body.errors ?? []
  return {
    status,
    code: error?.extensions.code,
    error,
    login: body.data?.['createDatabaseLogin'] as NewLogin,
  }
}

const revoke = async (api: Api, handle: string, name = 'bi_sales') => {
  const { body } = await api.graphql(
    'mutation ($name: String!) { revokeDatabaseLogin(name: $name) { done } }',
    { name },
    handle,
  )
  return body.errors?.[0]?.extensions.code ?? body.data?.['revokeDatabaseLogin']
}

const list = async (api: Api, handle: string) => {
  const { body } = await api.graphql(
    '{ databaseLogins { nodes { name role loginName connectionLimit revokedAt } } }',
    {},
    handle,
  )
  return (body.data?.['databaseLogins'] as { nodes: object[] } | undefined)?.nodes
}

const idOf = async (api: Api, text: string, values: unknown[] = []) =>
  (await sql<{ id: string }>(api, text, values))[0]?.id

const whoAmI = 'select app_public.current_brand_id() is not null as somebody'

describe('a database login', () => {
  test('is made and ended by an admin, with its connections', async ({ api }) => {
    const boss = await api.signIn('acme', 'admin')
    const { login } = await create(api, boss, {
      limit: 2,
      at: new Date(Date.now() + 3_600_000).toISOString(),
    })
    const url = new URL(login.connectionString)
    expect(url.username).toBe(login.loginName)
    expect(url.password).toBe(login.password)
    const { client, ended } = await connectAs(login.connectionString, onTestFinished)
    expect((await client.query(whoAmI)).rows).toEqual([{ somebody: true }])
    expect(await list(api, boss)).toEqual([
      {
        name: 'bi_sales',
        role: 'analyst',
        loginName: login.loginName,
        connectionLimit: 2,
        revokedAt: null,
      },
    ])
    const asking = client.query('select pg_sleep(60)').catch(({ code }) => code)
    expect(await revoke(api, boss)).toEqual({ done: true })
    expect(await asking).toBe('57P01')
    await ended
    expect(await revoke(api, boss)).toBe('FL002')
    expect(await list(api, boss)).toEqual([
      expect.objectContaining({ revokedAt: expect.any(String) }),
    ])
  })

  test('is for admins, with a second factor just given', async ({ api }) => {
    expect((await create(api, undefined)).code).toBe('FL102')
    for (const role of ['analyst', 'finance_manager']) {
      expect((await create(api, await api.signIn('umbrella', role))).code).toBe('FL103')
    }
    const boss = await api.signIn('umbrella', 'admin')
    expect((await create(api, boss)).status).toBe(200)
    // Another brand's admin neither sees nor ends it.
    const stranger = await api.signIn('stranger', 'admin')
    expect(await list(api, stranger)).toEqual([])
    expect(await revoke(api, stranger)).toBe('FL002')
    expect((await create(api, stranger)).login.loginName).toMatch(/^bi_sales_/)
    expect(await revoke(api, stranger)).toEqual({ done: true })
    expect(await revoke(api, boss)).toEqual({ done: true })
  })

  test('ends with the one whose it is, and with the grant that it acts by', async ({ api }) => {
    const [boss, ann] = [
      await api.signIn('holders', 'admin'),
      await api.signIn('holders', 'analyst'),
    ]
    const member = await idOf(
      api,
      `select m.id from app_public.memberships as m
       join app_private.sessions as s on s.membership_id = m.id where s.session_hash = $1`,
      [sha256Of(ann)],
    )
    const { login } = await create(api, boss, { membership: member })
    const { client } = await connectAs(login.connectionString, onTestFinished)
    expect((await client.query(whoAmI)).rows).toEqual([{ somebody: true }])
    const { body } = await api.graphql(
      'mutation ($id: BigInt!) { removeMember(input: { membershipId: $id }) { clientMutationId } }',
      { id: member },
      boss,
    )
    expect(body.errors).toBeUndefined()
    expect((await client.query(whoAmI)).rows).toEqual([{ somebody: false }])
    expect((await create(api, boss, { membership: member })).code).toBe('FL002')

    await sql(
      api,
      `select app_private.create_organization('agency', 'helpers', 'Helpers', 'UTC', 'EUR')`,
    )
    const head = await api.signIn('helpers', 'admin')
    const grant = await idOf(
      api,
      `insert into app_public.agency_grants (for_brand_id, agency_id, role, granted_by)
       select b.id, a.id, 'analyst', u.id
       from app_public.organizations as b, app_public.organizations as a, app_public.users as u
       where b.slug = 'holders' and a.slug = 'helpers' limit 1 returning id`,
    )
    // An agency has no products of its own.
    const without = await create(api, head, { name: 'own' })
    const own = await connectAs(without.login.connectionString, onTestFinished)
    expect((await own.client.query(whoAmI)).rows).toEqual([{ somebody: false }])
    const by = await create(api, head, { grant })
    const acting = await connectAs(by.login.connectionString, onTestFinished)
    expect((await acting.client.query(whoAmI)).rows).toEqual([{ somebody: true }])
    const ended = await api.graphql(
      'mutation ($id: BigInt!) { endAgencyGrant(input: { grantId: $id }) { clientMutationId } }',
      { id: grant },
      boss,
    )
    expect(ended.body.errors).toBeUndefined()
    expect((await acting.client.query(whoAmI)).rows).toEqual([{ somebody: false }])
  })

  test('is refused in words that tell nothing else', async ({ api }) => {
    const boss = await api.signIn('refused', 'admin')
    await create(api, boss)
    for (const [given, code] of [
      [{}, 'FL911'],
      [{ name: 'Bi' }, 'FL913'],
      [{ name: 'pg_bi' }, 'FL913'],
      [{ name: `x"; drop role fluence_admin; --` }, 'FL913'],
      [{ name: 'b', limit: 0 }, 'FL913'],
      [{ name: 'b', limit: 56 }, 'FL125'],
      [{ name: 'b', limit: -5 }, /FL91[35]/],
      [{ name: 'b', at: '2020-01-01T00:00:00Z' }, 'FL913'],
      [{ name: 'b', at: 'soon' }, 'FL901'],
      [{ name: 'b', role: 'server' }, 'FL901'],
    ] as const) {
      const answer = await create(api, boss, given)
      expect(answer.code, JSON.stringify(given)).toMatch(code)
      expect(answer.error?.message).not.toMatch(/database_logins|role "|SCRAM/)
    }
    expect(await list(api, boss)).toHaveLength(1)
  })

  test('is made once in a document, under whatever name', async ({ api }) => {
    const boss = await api.signIn('aliases', 'admin')
    const one = (name: string) =>
      `createDatabaseLogin(name: "${name}", role: analyst) { loginName }`
    for (const text of [
      `{ a: ${one('a')} b: ${one('b')} }`,
      `{ a: ${one('a')} b: revokeDatabaseLogin(name: "a") { done } }`,
      `{ a: ${one('a')} ...F } fragment F on Mutation { b: ${one('b')} }`,
    ]) {
      const { body } = await api.graphql(`mutation ${text}`, {}, boss)
      expect(body.errors?.[0]?.extensions.code).toBe('FL902')
    }
    expect(await list(api, boss)).toEqual([])
  })
})
