import { describe, expect } from 'vitest'
import { sql } from '../../harness/accounts.ts'
import { type Api, test } from '../../harness/api.ts'
import { csvOf, importText, person } from '../../harness/customers.ts'

let n = 0
/** A brand with three customers, and an admin of it. */
async function shop(api: Api) {
  const slug = `shop-${(n += 1)}`
  const admin = await api.signIn(slug, 'admin')
  const [brand] = await sql<{ id: string }>(
    api,
    'select id from app_public.organizations where slug = $1',
    [slug],
  )
  const brandId = brand?.id ?? ''
  const people = [person(1, { channel: 4 }), person(2), person(3, { since: '2020-01-01' })]
  await importText(api.database, brandId, csvOf(people))
  return { slug, admin, brandId }
}

const codeOf = ({ body }: Awaited<ReturnType<Api['graphql']>>) => body.errors?.[0]?.extensions.code

const read = `mutation ($id: BigInt!, $reason: String!) {
  readPerson(customerId: $id, reason: $reason) { customerId name mail phone address }
}`

describe('customers', () => {
  test('are shown by their masks, filtered by what has an index', async ({ api }) => {
    const { slug } = await shop(api)
    const analyst = await api.signIn(slug, 'analyst')
    const { body } = await api.graphql(
      `{
        customers(filter: { since: { greaterThan: "2021-01-01" } }, orderBy: [ROW_ID_ASC]) {
          nodes { rowId nameMask mailMask channel acquisitionChannel { title } }
        }
        channels { nodes { code title } }
      }`,
      {},
      analyst,
    )
    expect(body).toEqual({
      data: {
        customers: {
          nodes: [
            {
              rowId: '1',
              nameMask: 'P***',
              mailMask: 'p***@***',
              channel: 4,
              acquisitionChannel: { title: 'Channel 4' },
            },
            {
              rowId: '2',
              nameMask: 'P***',
              mailMask: 'p***@***',
              channel: null,
              acquisitionChannel: null,
            },
          ],
        },
        channels: { nodes: [{ code: 4, title: 'Channel 4' }] },
      },
    })
  })

  test('have no mutation but their erasure, and no sealed field', async ({ api }) => {
    const { admin } = await shop(api)
    const { body } = await api.graphql(
      `{ schema: __schema { mutationType { fields { name } } types { name fields { name } } } }`,
      {},
      admin,
    )
    const { mutationType, types } = (
      body.data as {
        schema: {
          mutationType: { fields: { name: string }[] }
          types: { name: string; fields: { name: string }[] | null }[]
        }
      }
    ).schema
    const mutations = mutationType.fields.map(({ name }) => name)
    expect(
      mutations.filter((name) => /customer|person|channel|import/i.test(name)).toSorted(),
    ).toEqual(['eraseCustomer', 'findCustomer', 'readPerson'])
    const fields = types.flatMap((type) => type.fields ?? []).map(({ name }) => name)
    expect(fields.filter((name) => /sealed|hash$|wrapped|personRef/i.test(name))).toEqual([
      'fileHash',
    ])
  })
})

describe('readPerson', () => {
  test('opens who a customer is, and writes it down', async ({ api }) => {
    const { admin, brandId } = await shop(api)
    const { body } = await api.graphql(read, { id: '1', reason: 'A call' }, admin)
    expect(body).toEqual({
      data: {
        readPerson: {
          customerId: '1',
          name: 'Person 1',
          mail: 'person1@example.org',
          phone: '+49 30 100001',
          address: 'Street 1, Berlin',
        },
      },
    })
    expect(
      await sql(
        api,
        `select l.reason, l.door, l.request_id is not null as has_request
         from app_public.audit_log as l where l.organization_id = $1 and l.action = 'read'`,
        [brandId],
      ),
    ).toEqual([{ reason: 'A call', door: 'app', has_request: true }])
  })

  test('is refused to everybody else', async ({ api }) => {
    const { slug, admin } = await shop(api)
    const ask = async (handle?: string, given = {}) =>
      codeOf(await api.graphql(read, { id: '1', reason: 'A call', ...given }, handle))
    expect(await ask()).toBe('FL916')
    expect(await ask(await api.signIn(slug, 'analyst'))).toBe('FL916')
    expect(await ask(await api.signIn('elsewhere', 'admin'))).toBe('FL002')
    expect(await ask(admin, { reason: ' ' })).toBe('FL303')
    expect(await ask(admin, { id: '77' })).toBe('FL002')
  })

  test('stands once in a document, under whatever name', async ({ api }) => {
    const { admin, brandId } = await shop(api)
    const one = (id: number) =>
      `p${id}: readPerson(customerId: "${id}", reason: "All of them") { name }`
    for (const text of [
      `mutation { ${one(1)} ${one(2)} }`,
      `mutation { ${one(1)} findCustomer(mail: "a@b.cd", reason: "x") { customerId } }`,
      `mutation { ...f ${one(3)} } fragment f on Mutation { ${one(1)} }`,
    ]) {
      expect(codeOf(await api.graphql(text, {}, admin))).toBe('FL902')
    }
    expect(
      await sql(
        api,
        `select from app_public.audit_log where organization_id = $1 and action = 'read'`,
        [brandId],
      ),
    ).toEqual([])
  })

  test('tells nothing of a value that was put in the place of another', async ({ api }) => {
    const { admin, brandId } = await shop(api)
    await sql(
      api,
      `update app_private.customer_identities as i set mail = o.mail
       from app_private.customer_identities as o
       where i.brand_id = $1 and i.customer_id = 1 and o.brand_id = $1 and o.customer_id = 2`,
      [brandId],
    )
    const answer = await api.graphql(read, { id: '1', reason: 'A call' }, admin)
    expect(codeOf(answer)).toBe('FL909')
    expect(JSON.stringify(answer.body)).not.toMatch(/Person \d|person2|Street/)
  })
})

test('a master key that is missing is named in the log, and to no caller', async ({ api }) => {
  const { admin, brandId } = await shop(api)
  const wanted = '0123456789abcdef'
  await sql(api, 'update app_private.data_keys set master_key_id = $2 where ring = $1', [
    brandId,
    wanted,
  ])
  const answers = [
    await api.graphql(read, { id: '1', reason: 'A call' }, admin),
    await api.graphql(
      `mutation { findCustomer(mail: "a@shop.example", reason: "A call") { customerId } }`,
      {},
      admin,
    ),
  ]
  for (const answer of answers) {
    expect(codeOf(answer)).toBe('FL006')
    expect(answer.status).toBe(500)
    expect(JSON.stringify(answer.body)).not.toMatch(/[0-9a-f]{16} is missing|at hand|Ask the test/)
  }
  const logged = api.reports.filter(({ code }) => code === 'FL006')
  expect(logged.map(({ error }) => String(error))).toEqual(
    answers.map(() => expect.stringContaining(`${wanted} is missing`)),
  )
})

describe('findCustomer', () => {
  const find = `mutation ($mail: String, $phone: String) {
    findCustomer(mail: $mail, phone: $phone, reason: "A call") { customerId }
  }`

  test('finds by any spelling of a mail or a phone', async ({ api }) => {
    const { admin } = await shop(api)
    const ask = async (given: object) => (await api.graphql(find, given, admin)).body.data
    const found = (customerId: string | null) => ({ findCustomer: { customerId } })
    expect(await ask({ mail: ' Person2@EXAMPLE.org' })).toEqual(found('2'))
    expect(await ask({ phone: '0049 30/100003' })).toEqual(found('3'))
    expect(await ask({ mail: 'nobody@example.org' })).toEqual(found(null))
  })

  test('is refused to everybody else, and without the one thing to look for', async ({ api }) => {
    const { slug, admin } = await shop(api)
    const ask = async (given: object, handle?: string) =>
      codeOf(await api.graphql(find, given, handle))
    const mail = 'person2@example.org'
    expect(await ask({ mail })).toBe('FL916')
    expect(await ask({ mail }, await api.signIn(slug, 'analyst'))).toBe('FL916')
    expect(await ask({}, admin)).toBe('FL901')
    expect(await ask({ mail, phone: '123' }, admin)).toBe('FL901')
    expect(await ask({ mail: 'canary-in-a-mail' }, admin)).toBe('FL915')
    expect(JSON.stringify(api.reports.map(({ error }) => String(error)))).not.toContain('canary-in')
  })

  test('is refused before anything is looked at, and before a key is made', async ({ api }) => {
    const slug = `shop-${(n += 1)}`
    const admin = await api.signIn(slug, 'admin')
    const analyst = await api.signIn(slug, 'analyst')
    const ask = async (mail: string, reason: string, handle?: string) =>
      codeOf(
        await api.graphql(
          `mutation ($mail: String, $reason: String!) {
            findCustomer(mail: $mail, reason: $reason) { customerId }
          }`,
          { mail, reason },
          handle,
        ),
      )
    for (const mail of ['a@shop.example', 'none']) {
      expect(await ask(mail, 'A call')).toBe('FL916')
      expect(await ask(mail, 'A call', analyst)).toBe('FL916')
      expect(await ask(mail, ' ', admin)).toBe('FL303')
    }
    expect(
      await sql(
        api,
        `select from app_private.data_keys as k
         join app_public.organizations as o on o.id = k.ring where o.slug = $1`,
        [slug],
      ),
    ).toEqual([])
  })
})

test('eraseCustomer takes the identity and leaves the row', async ({ api }) => {
  const { admin } = await shop(api)
  const { body } = await api.graphql(
    `mutation {
      eraseCustomer(input: { customerId: "1", reason: "Letter 17" }) {
        result { rowId nameMask isAccountDeleted }
      }
    }`,
    {},
    admin,
  )
  expect(body.errors).toBeUndefined()
  expect(JSON.stringify(body)).toContain('"nameMask":null')
  const again = await api.graphql(read, { id: '1', reason: 'A call' }, admin)
  expect(codeOf(again)).toBe('FL302')
})
