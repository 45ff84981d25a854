import { describe, expect } from 'vitest'
import { withClient } from '../../src/server/postgres/connect.ts'
import { type Api, test } from '../harness/api.ts'

const add =
  'mutation ($p: ProductInput!) { createProduct(input: { product: $p }) { product { title } } }'
const sound = { title: 'Apron', category: 'Kitchen', productPrice: '39.90', currency: 'EUR' }

/** What nobody outside is told: SQL, and where in our code. */
const inner = /\bselect |insert into|node_modules|\.[jt]s\b|\bat async\b/

const countProducts = (api: Api) =>
  withClient(api.database.superuserUrl, async (client) => {
    const { rows } = await client.query('select count(*)::int as n from app_public.products')
    return rows[0].n as number
  })

describe('a bad value', () => {
  const bad: [string, object, number, string][] = [
    ['NaN', { productPrice: 'NaN' }, 400, 'FL913'],
    ['Infinity', { productPrice: 'Infinity' }, 400, 'FL913'],
    ['an amount that is none', { productPrice: '1,50' }, 400, 'FL915'],
    ['an amount too large', { productPrice: '1e40' }, 400, 'FL913'],
    ['a NUL byte', { title: 'a\u0000b' }, 400, 'FL915'],
    ['half a character', { title: 'a\ud800b' }, 400, 'FL901'],
    ['a negative Infinity', { cost: '-Infinity' }, 400, 'FL913'],
    ['a NUL byte in another field', { description: '\u0000' }, 400, 'FL915'],
    ['a missing value', { title: null }, 400, 'FL901'],
    ['an unknown field', { nonsense: 1 }, 400, 'FL901'],
    ['a wrong type', { title: { a: 1 } }, 400, 'FL901'],
    ['a number beyond its type', { stockQuantity: 99_999_999_999 }, 400, 'FL901'],
    ['an unknown currency', { currency: 'XXX' }, 409, 'FL912'],
    ['an empty title', { title: ' ' }, 400, 'FL913'],
    ['a field that is not theirs', { brandId: '1' }, 400, 'FL901'],
  ]
  for (const [name, values, status, code] of bad) {
    test(`${name} is answered with ${status} ${code}`, async ({ api }) => {
      const handle = await api.signIn('acme', 'product_manager')
      const before = await countProducts(api)
      const answer = await api.graphql(add, { p: { ...sound, ...values } }, handle)
      expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([status, code])
      expect(JSON.stringify(answer.body)).not.toMatch(inner)
      expect(await countProducts(api)).toBe(before)
    })
  }

  test('emoji and right-to-left names are good values', async ({ api }) => {
    const handle = await api.signIn('acme', 'product_manager')
    const title = '👩‍🚀 שלום \u202e كعك'
    const { body } = await api.graphql(add, { p: { ...sound, title } }, handle)
    expect(body.data).toEqual({ createProduct: { product: { title } } })
  })

  test('a moment without an end, or in words, is refused', async ({ api }) => {
    const handle = await api.signIn('acme', 'product_manager')
    const sent = { ...sound, onSale: false }
    const { body } = await api.graphql(
      `mutation ($p: ProductInput!) {
        createProduct(input: { product: $p }) { product { brandId rowId } }
      }`,
      { p: sent },
      handle,
    )
    const { product } = body.data?.['createProduct'] as { product: object }
    const retire = (at: string) =>
      api.graphql(
        `mutation ($brandId: BigInt!, $rowId: BigInt!, $at: Datetime) {
          updateProduct(input: { brandId: $brandId, rowId: $rowId, patch: { retiredAt: $at } }) {
            product { retiredAt }
          }
        }`,
        { ...product, at },
        handle,
      )
    for (const at of ['infinity', '-infinity', 'yesterday?', '294277-01-01', '2026-01-31']) {
      const answer = await retire(at)
      expect([at, answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([
        at,
        400,
        'FL901',
      ])
    }
    const beyond = await retire('2026-02-30T00:00:00Z')
    expect([beyond.status, beyond.body.errors?.[0]?.extensions.code]).toEqual([400, 'FL915'])
    expect((await retire('2026-01-31T12:00+03:00')).body.data).toMatchObject({
      updateProduct: { product: { retiredAt: '2026-01-31T09:00:00.000000+00:00' } },
    })
  })
})

describe('what a caller is told', () => {
  test('of an error of ours: its code, its message and its hint', async ({ api }) => {
    const handle = await api.signIn('acme', 'product_manager')
    const { status, body } = await api.graphql(
      'mutation { retireProduct(input: { productId: "42" }) { clientMutationId } }',
      {},
      handle,
    )
    expect(status).toBe(404)
    expect(body.errors?.[0]).toMatchObject({
      message: 'There is no product 42.',
      extensions: { code: 'FL002', hint: 'Check the id.' },
    })
  })

  test('of a right that is missing: that it is missing', async ({ api }) => {
    const { status, body } = await api.graphql('{ products { nodes { title } } }')
    expect(status).toBe(403)
    expect(body.errors?.[0]).toMatchObject({
      message: 'You may not do this.',
      extensions: { code: 'FL916' },
    })
  })

  test('a document of which something succeeded is answered with 200', async ({ api }) => {
    const { status, body } = await api.graphql(
      '{ currency(code: "EUR") { code } products { nodes { title } } }',
    )
    expect(status).toBe(200)
    expect(body.data).toEqual({ currency: { code: 'EUR' }, products: null })
    expect(body.errors?.[0]?.extensions.code).toBe('FL916')
  })

  test('of a defect of ours: nothing but a reference, which the log has', async ({ api }) => {
    await withClient(api.database.superuserUrl, (client) =>
      client.query(
        `create or replace function app_public.retire_product(product_id bigint)
         returns app_public.products language plpgsql strict
         as $$ begin raise exception using errcode = 'XX000', message = 'secret 4711'; end $$`,
      ),
    )
    const handle = await api.signIn('acme', 'product_manager')
    const { status, body } = await api.graphql(
      'mutation { retireProduct(input: { productId: "42" }) { clientMutationId } }',
      {},
      handle,
    )
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('4711')
    expect(body.errors?.[0]?.extensions.code).toBe('FL906')
    expect(api.reports.at(-1)).toMatchObject({ code: 'FL906' })
  })
})

describe('a session', () => {
  test('acts for its brand and in its role', async ({ api }) => {
    const acme = await api.signIn('acme', 'product_manager')
    const globex = await api.signIn('globex', 'analyst')
    await api.graphql(add, { p: { ...sound, title: 'Only at Acme' } }, acme)
    const titles = '{ products(filter: { category: { equalTo: "Kitchen" } }) { nodes { title } } }'
    const read = async (handle: string) =>
      JSON.stringify((await api.graphql(titles, {}, handle)).body.data)
    expect(await read(acme)).toContain('Only at Acme')
    expect(await read(globex)).toBe('{"products":{"nodes":[]}}')
    expect((await api.graphql(add, { p: sound }, globex)).status).toBe(403)
  })

  test('that is over or unknown is refused, and nothing is read as a visitor', async ({ api }) => {
    const handle = await api.signIn('acme', 'analyst')
    const query = '{ currency(code: "EUR") { code } }'
    expect((await api.graphql(query, {}, handle)).status).toBe(200)
    await withClient(api.database.superuserUrl, (client) =>
      client.query('update app_private.sessions set revoked_at = now()'),
    )
    for (const token of [handle, 'unknown', 'a b', 'x'.repeat(5000)]) {
      const { status, body } = await api.graphql(query, {}, token)
      expect([status, body.errors?.[0]?.extensions.code]).toEqual([401, 'FL903'])
    }
  })
})

test('a change of a row that is not there, or is of another brand, is none', async ({ api }) => {
  const mine = await api.signIn('acme', 'product_manager')
  const theirs = await api.signIn('globex', 'product_manager')
  const { body } = await api.graphql(
    `mutation ($p: ProductInput!) {
      createProduct(input: { product: $p }) { product { brandId rowId } }
    }`,
    { p: sound },
    theirs,
  )
  const { product } = body.data?.['createProduct'] as {
    product: { brandId: string; rowId: string }
  }
  const change = (handle: string, key: object) =>
    api.graphql(
      `mutation ($brandId: BigInt!, $rowId: BigInt!) {
        updateProduct(input: { brandId: $brandId, rowId: $rowId, patch: { title: "Changed" } }) {
          product { title }
        }
      }`,
      key,
      handle,
    )
  for (const key of [product, { ...product, rowId: '7' }]) {
    const answer = await change(mine, key)
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([404, 'FL002'])
  }
  expect((await change(theirs, product)).body.data).toEqual({
    updateProduct: { product: { title: 'Changed' } },
  })
})

test('variables without a bottom are too much', async ({ api }) => {
  const filter = JSON.parse(`${'{"and":['.repeat(1000)}{}${']}'.repeat(1000)}`) as object
  const query = 'query ($f: CurrencyFilter) { currencies(filter: $f) { nodes { code } } }'
  const { status, body } = await api.graphql(query, { f: filter })
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, 'FL902'])
})

test('an Accept that cannot be read counts for none', async ({ api }) => {
  for (const accept of ['x', '*', 'a/b;q=5', 'a/b;x=1;x=2', '*/*;"', 'application/json, /']) {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: '{"query":"{ __typename }"}',
    })
    expect([accept, response.status]).toEqual([accept, 200])
  }
})

describe('a request that is none', () => {
  type Bytes = string | Buffer | FormData
  const post = (body: Bytes, headers: Record<string, string> = {}) => ({
    method: 'POST',
    headers:
      body instanceof FormData ? headers : { 'content-type': 'application/json', ...headers },
    body,
  })
  const mutation = `mutation { createProduct(input: { product: {
    title: "Apron", category: "Kitchen", productPrice: "1", currency: "EUR"
  } }) { clientMutationId } }`
  const json = JSON.stringify({ query: mutation })
  const typed = (type: string) => ({ 'content-type': type })
  const form = new FormData()
  form.set('operations', json)
  const nested = (depth: number) => `${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`
  const withVariables = (text: string) =>
    `{"query":"query ($f: CurrencyFilter) { currencies(filter: $f) { nodes { code } } }","variables":${text}}`

  const requests: [string, RequestInit & { at?: string }, number, code?: string][] = [
    ['no JSON', post(json.slice(0, -1)), 400],
    ['an empty body', post(''), 400],
    ['a batch', post(`[${json},${json}]`), 400],
    ['a batch of none', post('[]'), 400],
    ['null', post('null'), 400],
    ['a text', post(mutation, typed('text/plain')), 415],
    [
      'a form',
      post(
        new URLSearchParams({ query: mutation }).toString(),
        typed('application/x-www-form-urlencoded'),
      ),
      415,
    ],
    ['a form with files', post(form), 415],
    ['no type', post(json, typed('')), 400],
    ['bytes that are no UTF-8', post(Buffer.from([0x22, 0xff, 0xfe])), 400],
    ['a text in Latin-1', post(Buffer.from(json.replace('Apron', 'Schürze'), 'latin1')), 400],
    ['UTF-16', post(Buffer.from(json, 'utf16le'), typed('application/json; charset=utf-16')), 400],
    ['a NUL byte', post(json.replace('Apron', '\u0000')), 400],
    ['1 MB of blanks', post(`${json}${' '.repeat(1_000_000)}`), 413],
    ['a query that is a number', post('{"query":1}'), 400],
    ['a name that is none', post('{"query":"{__typename}","operationName":{}}'), 400],
    ['variables that are a list', post('{"query":"{__typename}","variables":[]}'), 400],
    ['variables 65 levels deep', post(withVariables(`{"f":${nested(65)}}`)), 400, 'FL902'],
    ['variables 24,000 levels deep', post(withVariables(`{"f":${nested(24_000)}}`)), 400, 'FL902'],
    [
      'a filter 1,000 levels deep',
      post(
        JSON.stringify({
          query: `{ currencies(filter: ${'{not:'.repeat(1000)}{}${'}'.repeat(1000)}) { nodes { code } } }`,
        }),
      ),
      400,
      'FL902',
    ],
    ['GET', { at: `?query=${encodeURIComponent(mutation)}` }, 405],
    ['PUT', { ...post(json), method: 'PUT' }, 405],
    ['DELETE', { method: 'DELETE' }, 405],
  ]
  for (const [name, { at = '', headers, ...request }, status, code = 'FL901'] of requests) {
    test(`${name} is answered with ${status} and a code`, async ({ api }) => {
      const authorization = `Bearer ${await api.signIn('acme', 'product_manager')}`
      const before = await countProducts(api)
      const response = await fetch(`${api.url}/graphql${at}`, {
        ...request,
        headers: { ...(headers as Record<string, string>), authorization },
      })
      expect(response.status).toBe(status)
      const text = await response.text()
      const { errors } = JSON.parse(text) as { errors: { extensions: { code: string } }[] }
      expect(errors[0]?.extensions.code).toBe(code)
      expect(text).not.toMatch(inner)
      expect(await countProducts(api)).toBe(before)
    })
  }

  test('a filter 30 levels deep is none of these', async ({ api }) => {
    const response = await fetch(`${api.url}/graphql`, post(withVariables(`{"f":${nested(30)}}`)))
    expect(response.status).toBe(200)
  })
})
