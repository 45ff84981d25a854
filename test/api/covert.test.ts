import crypto from 'node:crypto'
import { type JWK, SignJWT } from 'jose'
import { describe, expect } from 'vitest'
import { DatabaseLogins } from '../../src/server/identity/database-logins.ts'
import { Accounts, type Visit } from '../../src/server/identity/accounts.ts'
import { newOpaque } from '../../src/server/identity/opaque.ts'
import { makePasswords, type Passwords } from '../../src/server/identity/passwords.ts'
import { makeAccessTokens } from '../../src/server/identity/tokens.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { makePool } from '../../src/server/postgres/pool.ts'
import { type Answer, type Api, test } from '../harness/api.ts'

const sql = <T extends object>(api: Api, text: string, values: unknown[] = []) =>
  withClient(api.database.superuserUrl, async (client) => {
    const { rows } = await client.query<T>(text, values)
    return rows
  })

/** As if all who have registered had followed the link in their mail. */
const confirmed = (api: Api) =>
  sql(
    api,
    `select app_private.create_account(r.mail, r.display_name, r.locale, r.password_hash)
     from app_private.registrations as r`,
  )

/** Asks with headers of one's own. */
async function ask(api: Api, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  const body = (await response.json()) as Answer['body']
  return { status: response.status, code: body.errors?.[0]?.extensions.code, body }
}

describe('a token', () => {
  const house = { issuer: 'fluence', audience: 'fluence api' }

  test('that is not ours, over, or of another audience opens nothing', async ({ api }) => {
    const handle = await api.signIn('acme', 'analyst')
    const secret = api.database.access.secretFor('access tokens')
    const issue = (options: object, at = Date.now()) =>
      makeAccessTokens({ secret, ...house, ...options }).issue(handle, new Date(at))
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const seconds = Math.floor(Date.now() / 1000)
    const claims = {
      sid: handle,
      iss: house.issuer,
      aud: house.audience,
      iat: seconds,
      exp: seconds + 600,
      jti: crypto.randomUUID(),
    }
    const good = await issue({})
    const [header = '', payload = '', signature = ''] = good.split('.')
    const asked = (token: string) =>
      ask(api, '{ currentUserRole }', { authorization: `Bearer ${token}` })
    expect(await asked(good)).toMatchObject({
      status: 200,
      body: { data: { currentUserRole: 'analyst' } },
    })

    const ownKey = new Uint8Array(crypto.hkdfSync('sha256', 'guessed', '', '', 32))
    const bad = {
      'of another secret': await issue({ secret: 'guessed' }),
      'of another issuer': await issue({ issuer: 'elsewhere' }),
      'of another audience': await issue({ audience: 'another api' }),
      'that is over': await issue({}, Date.now() - 700_000),
      'of the future': await issue({}, Date.now() + 60_000),
      'without a signature': `${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      'with alg none and a signature': `${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.${signature}`,
      'with alg None': `${part({ alg: 'None' })}.${part(claims)}.`,
      'whose payload was changed': `${header}.${part({ ...claims, sid: 'x' })}.${signature}`,
      'that brings its own key': await new SignJWT(claims)
        .setProtectedHeader({
          alg: 'HS256',
          typ: 'at+jwt',
          jwk: { kty: 'oct', k: Buffer.from(ownKey).toString('base64url') } as JWK,
        })
        .sign(ownKey),
      'that is a handle': newOpaque('session'),
      'that is the handle of nobody': newOpaque('apiKey'),
      'that is a refresh token': `${newOpaque('refresh')}.${handle}`,
    }
    for (const [what, token] of Object.entries(bad)) {
      expect(await asked(token), what).toMatchObject({ status: 401, code: 'FL903' })
    }
  })

  test('is taken from one header alone', async ({ api }) => {
    const token = await api.signIn('acme', 'analyst')
    for (const [what, headers, query] of [
      ['a cookie of another name', { cookie: `token=${token}`, origin: api.url }, ''],
      ['a header of another name', { 'x-authorization': `Bearer ${token}` }, ''],
      ['a header of the proxy', { 'x-forwarded-user': 'admin', 'x-remote-user': 'admin' }, ''],
      ['the address', {}, `?access_token=${token}`],
    ] as const) {
      const response = await fetch(`${api.url}/graphql${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ currentUserRole }' }),
      })
      expect(await response.json(), what).toMatchObject({ data: { currentUserRole: null } })
    }
  })
})

describe('columns that nobody may write', () => {
  const product = `title: "Mine", category: "Kitchen", productPrice: "1", currency: "EUR"`

  test('are refused in every input, and nothing is written', async ({ api }) => {
    const handle = await api.signIn('acme', 'product_manager')
    await api.signIn('globex', 'product_manager')
    const [globex] = await sql<{ id: string }>(
      api,
      `select o.id from app_public.organizations as o where o.slug = 'globex'`,
    )
    const [user] = await sql<{ id: string }>(
      api,
      'select min(u.id) as id from app_public.users as u',
    )
    const count = () =>
      sql(
        api,
        'select count(*) as products, md5(string_agg(p::text, 0::text)) from app_public.products as p',
      )
    const before = await count()
    for (const extra of [
      `brandId: "${globex?.id}"`,
      'rowId: "7"',
      'id: "7"',
      'source: "shop"',
      'sourceId: "7"',
      'createdAt: "2001-01-01T00:00:00Z"',
      'retiredAt: "2001-01-01T00:00:00Z"',
    ]) {
      const create = `mutation { createProduct(input: { product: { ${product} ${extra} } }) { clientMutationId } }`
      const answer = await api.graphql(create, {}, handle)
      expect(answer.status, extra).toBe(400)
    }
    for (const patch of [`deactivatedAt: null`, `deletedAt: null`, 'rowId: "1"', 'role: admin']) {
      const update = `mutation { updateUser(input: { rowId: "${user?.id}", patch: { ${patch} } }) { clientMutationId } }`
      expect((await api.graphql(update, {}, handle)).status, patch).toBe(400)
    }
    // Through variables the same, which are checked apart from the document.
    const byVariable = await api.graphql(
      'mutation ($p: ProductInput!) { createProduct(input: { product: $p }) { clientMutationId } }',
      {
        p: {
          title: 'Mine',
          category: 'Kitchen',
          productPrice: '1',
          currency: 'EUR',
          brandId: globex?.id,
        },
      },
      handle,
    )
    expect(byVariable.status).toBe(400)
    expect(await count()).toEqual(before)
  })

  test('and rows of others are not reached by naming their keys', async ({ api }) => {
    const handle = await api.signIn('umbrella', 'product_manager')
    await api.signIn('initech', 'product_manager')
    const [theirs] = await sql<{ brand_id: string; id: string }>(
      api,
      `insert into app_public.products (brand_id, title, category, product_price, currency)
       select o.id, 'Theirs', 'K', 1, 'EUR' from app_public.organizations as o
       where o.slug = 'initech' returning brand_id, id`,
    )
    const key = `brandId: "${theirs?.brand_id}", rowId: "${theirs?.id}"`
    const unknownKey = 'brandId: "999999999", rowId: "999999999"'
    const attempts: ((key: string, id: string) => string)[] = [
      (given) =>
        `updateProduct(input: { ${given}, patch: { title: "Mine" } }) { product { title } }`,
      (_, id) => `deleteProduct(input: { productId: "${id}" }) { result { title } }`,
      (_, id) => `retireProduct(input: { productId: "${id}" }) { result { title } }`,
    ]
    for (const attempt of attempts) {
      const told = async (given: string, id: string) => {
        const { status, body } = await api.graphql(`mutation { ${attempt(given, id)} }`, {}, handle)
        const errors = body.errors?.map(({ message, extensions: { code } }) => [
          code,
          message.replace(id, '<id>'),
        ])
        return { status, data: body.data, errors }
      }
      // What is another's and what is not there are answered alike.
      expect(await told(key, theirs?.id ?? '')).toEqual(await told(unknownKey, '999999999'))
    }
    const unknown = await api.graphql(`{ product(${key}) { title } }`, {}, handle)
    expect(unknown.body).toEqual({ data: { product: null } })
    expect(
      await sql(api, 'select title, retired_at from app_public.products where id = $1', [
        theirs?.id,
      ]),
    ).toEqual([{ title: 'Theirs', retired_at: null }])
  })
})

describe('whether an account is known', () => {
  const password = 'Mild-Carpet-57'

  /** Passwords that count what is asked of them. */
  function counting(): Passwords & { calls: string[]; close(): Promise<void> } {
    const real = makePasswords({ cost: 4 })
    const calls: string[] = []
    return {
      ...real,
      calls,
      hashPassword: (...args) => (calls.push('hash'), real.hashPassword(...args)),
      verifyPassword: (...args) => (calls.push('verify'), real.verifyPassword(...args)),
    }
  }

  const visit: Visit = {
    handle: '',
    addressKey: 'somewhere',
    device: 'a test',
    refreshCookie: undefined,
    keep: () => {},
  }

  test('costs the server the same work, whatever is asked', async ({ api }) => {
    const server = makePool(api.database.access.as('fluence_server'), 2, () => {})
    const passwords = counting()
    const tokens = makeAccessTokens({ secret: 's', issuer: 'i', audience: 'a' })
    const logins = new DatabaseLogins(api.database.access.root)
    const accounts = new Accounts({ server, passwords, tokens, logins })
    const work = async (what: () => Promise<unknown>) => {
      passwords.calls.length = 0
      const told = await what().then(
        (answer) => answer,
        (error: { message: string; code?: string }) => `${error.code} ${error.message}`,
      )
      return { calls: [...passwords.calls], told }
    }
    const register = (mail: string) =>
      accounts.register(visit, { mail, password, displayName: 'Ann' })
    const first = await work(() => register('known@example.org'))
    await confirmed(api)
    const wrong = (mail: string) => accounts.login(visit, { mail, password: 'Wrong-Horse-7' })
    const recover = (mail: string) => accounts.requestRecovery(visit, { mail })
    for (const [known, unknown] of [
      [await work(() => register('known@example.org')), first],
      [await work(() => wrong('known@example.org')), await work(() => wrong('new@example.org'))],
      [
        await work(() => recover('known@example.org')),
        await work(() => recover('new@example.org')),
      ],
    ]) {
      expect(known).toEqual(unknown)
    }
    expect((await work(() => wrong('known@example.org'))).calls).toEqual(['verify'])
    expect((await work(() => wrong('other@example.org'))).calls).toEqual(['verify'])
    await passwords.close()
    await server.end()
  })
})

describe('what headers claim', () => {
  test('about the host is nowhere in what a mail is made of', async ({ api }) => {
    const mail = 'lost@example.org'
    await ask(
      api,
      `mutation { register(mail: "${mail}", password: "Mild-Carpet-57", displayName: "Ann") { done } }`,
    )
    await confirmed(api)
    const before = await sql<{ id: string }>(
      api,
      'select max(m.id) as id from app_private.mails as m',
    )
    const answer = await ask(api, `mutation { requestRecovery(mail: "${mail}") { done } }`, {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      'x-original-host': 'evil.example',
      forwarded: 'host=evil.example;proto=http',
      referer: 'https://evil.example/account',
    })
    expect(answer.body).toEqual({ data: { requestRecovery: { done: true } } })
    const mails = await sql<{ row: string }>(
      api,
      `select m::text || coalesce(o.payload::text, '') as row
       from app_private.mails as m
       left join app_private.outbox as o on o.payload ->> 'mail_id' = m.id::text
       where m.template = 'recover-password' and m.id > $1`,
      [before[0]?.id],
    )
    expect(mails).toHaveLength(1)
    expect(mails[0]?.row).toContain('recover-password')
    const everything = await sql<{ text: string }>(
      api,
      `select coalesce(string_agg(t.text, ' '), '') as text from (
         select s::text as text from app_private.sessions as s
         union all select m::text from app_private.mails as m
         union all select k::text from app_private.mail_tokens as k
         union all select o::text from app_private.outbox as o
         union all select a::text from app_private.login_attempts as a
       ) as t`,
    )
    expect(everything[0]?.text).not.toContain('evil')
  })

  test('about the address gives nobody another try', async ({ api }) => {
    const attempt = (n: number) =>
      ask(api, `mutation { login(mail: "guess${n}@example.org", password: "x") { outcome } }`, {
        'x-forwarded-for': `198.51.100.${n}, 203.0.113.${n}`,
        'x-real-ip': `198.51.100.${n}`,
        forwarded: `for=198.51.100.${n}`,
        'cf-connecting-ip': `198.51.100.${n}`,
        'x-client-ip': `198.51.100.${n}`,
      })
    for (let n = 1; n <= 4; n += 1) {
      expect(await attempt(n)).toMatchObject({ status: 401, code: 'FL111' })
    }
    const keys = await sql<{ keys: string; attempts: string }>(
      api,
      `select count(distinct a.address_key) as keys, count(*) as attempts
       from app_private.login_attempts as a
       where a.kind = 'password' and a.address_key is not null and a.address_key <> 'somewhere'`,
    )
    expect(keys).toEqual([{ keys: '1', attempts: '4' }])
    // And what is counted together is refused together.
    await sql(
      api,
      `insert into app_private.login_attempts (kind, account_key, address_key)
       select 'password', sha256(n::text::bytea), (
         select a.address_key from app_private.login_attempts as a
         where a.kind = 'password' and a.address_key <> 'somewhere' limit 1
       )
       from generate_series(1, 100) as n`,
    )
    expect(await attempt(9)).toMatchObject({ code: 'FL110' })
  })
})
