import { describe, expect } from 'vitest'
import { sha256Of } from '../../../src/server/identity/opaque.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { login, mutate, somebody, sql } from '../../harness/accounts.ts'
import { type Api, test } from '../../harness/api.ts'

const add =
  'mutation ($p: ProductInput!) { createProduct(input: { product: $p }) { product { rowId } } }'
const product = { title: 'Apron', category: 'Kitchen', productPrice: '39.90', currency: 'EUR' }
const read = `{
  auditLogs(orderBy: OCCURRED_AT_DESC, first: 2, filter: { object: { equalTo: "app_public.products" } }) {
    nodes { action door role object rowKey before after }
  }
}`

const refusalsIn = async (api: Api, slug: string | null) => {
  await api.noted()
  return withClient(api.database.superuserUrl, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(
      `select l.door, l.role, l.object, l.reason, l.user_id is not null as "isPerson",
         l.session_id is not null as "hasSession", l.request_id
       from app_public.audit_log as l
       left join app_public.organizations as o on o.id = l.organization_id
       where l.action = 'refuse' and o.slug is not distinct from $1
       order by l.id`,
      [slug],
    )
    return rows
  })
}

describe('what the door refuses', () => {
  test('is noted: who, what, which code', async ({ api }) => {
    const handle = await api.signIn('refused', 'analyst')
    const { status } = await api.graphql(add, { p: product }, handle)
    expect(status).toBe(403)
    const who = { door: 'app', role: 'analyst', isPerson: true, hasSession: true }
    expect(await refusalsIn(api, 'refused')).toEqual([
      {
        ...who,
        object: 'graphql mutation createProduct',
        reason: 'FL916',
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ])
  })

  test('by a rule of ours likewise', async ({ api }) => {
    const handle = await api.signIn('ruled', 'admin')
    const { body } = await api.graphql(
      'mutation { deactivateUser(input: { userId: "1" }) { clientMutationId } }',
      {},
      handle,
    )
    expect(body.errors?.[0]?.extensions.code).toBe('FL103')
    expect(await refusalsIn(api, 'ruled')).toMatchObject([
      { object: 'graphql mutation deactivateUser', reason: 'FL103', role: 'admin' },
    ])
  })

  test('again and again is one entry with a number', async ({ api }) => {
    const handle = await api.signIn('flood', 'analyst')
    await Promise.all(Array.from({ length: 30 }, () => api.graphql(add, { p: product }, handle)))
    const found = await refusalsIn(api, 'flood')
    expect(found.length).toBeLessThanOrEqual(2)
    const times = found.map(({ reason }) => Number(/, (\d+) times/.exec(String(reason))?.[1] ?? 1))
    expect(times.reduce((a, b) => a + b, 0)).toBe(30)
  })

  test('of visitors is noted, of nobody in particular', async ({ api }) => {
    const { status } = await api.graphql(add, { p: product })
    expect(status).toBe(403)
    expect(await refusalsIn(api, null)).toMatchObject([
      { role: 'visitor', isPerson: false, hasSession: false },
    ])
  })

  test('for being wrong, not for being forbidden, is no refusal', async ({ api }) => {
    const handle = await api.signIn('wrong', 'product_manager')
    const { status } = await api.graphql(add, { p: { ...product, title: ' ' } }, handle)
    expect(status).toBe(400)
    expect(await refusalsIn(api, 'wrong')).toEqual([])
  })
})

describe('what the server does itself for a request', () => {
  const aRequest = expect.stringMatching(/^[0-9a-f-]{36}$/)
  const noted = (api: Api, object: string) =>
    sql<Record<string, unknown>>(
      api,
      `select l.action, l.door, l.role, l.request_id, l.user_id, l.session_id
       from app_public.audit_log as l where l.object = $1 order by l.id`,
      [object],
    )

  test('is noted under its id: an account, a session', async ({ api }) => {
    const mail = await somebody(api)
    await login(api, mail)
    for (const object of ['app_private.user_accounts', 'app_private.sessions']) {
      const last = (await noted(api, object)).at(-1)
      expect(last, object).toMatchObject({ door: 'app', request_id: aRequest })
    }
    // The next one finds the connection as it was.
    const [after] = await sql<{ names: string[] }>(
      api,
      `select array_agg(distinct a.application_name) as names from pg_stat_activity as a
       where a.usename = 'fluence_server' and a.application_name like 'fluence server%'
         and a.datname = current_database()`,
    )
    expect(after?.names).toEqual(['fluence server'])
  })

  test('is noted as the admin who has a database login made and ended', async ({ api }) => {
    const boss = await api.signIn('logins', 'admin')
    const [admin] = await sql<{ user_id: string; id: string }>(
      api,
      'select s.user_id, s.id from app_private.sessions as s where s.session_hash = $1',
      [sha256Of(boss)],
    )
    const make = `{ createDatabaseLogin(name: "bi_sales", role: analyst) { id } }`
    for (const text of [make, `{ revokeDatabaseLogin(name: "bi_sales") { done } }`]) {
      expect((await mutate(api, text, {}, boss)).code).toBeUndefined()
    }
    const who = {
      door: 'app',
      role: 'admin',
      request_id: aRequest,
      user_id: admin?.user_id,
      session_id: admin?.id,
    }
    expect(await noted(api, 'app_private.database_logins')).toEqual([
      { action: 'insert', ...who },
      { action: 'update', ...who },
    ])
  })
})

describe('the audit log', () => {
  test('is read by admin and auditor, newest first, page by page', async ({ api }) => {
    const manager = await api.signIn('acme', 'product_manager')
    for (const title of ['Apron', 'Bib', 'Cap']) {
      await api.graphql(add, { p: { ...product, title } }, manager)
    }
    for (const role of ['admin', 'auditor']) {
      const { body } = await api.graphql(read, {}, await api.signIn('acme', role))
      expect(body.errors).toBeUndefined()
      expect(body.data).toMatchObject({
        auditLogs: {
          nodes: [
            { action: 'insert', door: 'app', role: 'product_manager', after: { title: 'Cap' } },
            { action: 'insert', after: { title: 'Bib' }, before: null },
          ],
        },
      })
    }
  })

  test('shows nothing of another brand', async ({ api }) => {
    const { body } = await api.graphql(read, {}, await api.signIn('globex', 'auditor'))
    expect(body.data).toEqual({ auditLogs: { nodes: [] } })
  })

  for (const role of ['analyst', 'product_manager', 'finance_manager', 'influencer']) {
    test(`is not for the role ${role}`, async ({ api }) => {
      const { status } = await api.graphql(read, {}, await api.signIn('acme', role))
      expect(status).toBe(403)
    })
  }
})
