import { describe, expect } from 'vitest'
import { withClient } from '../../src/server/postgres/connect.ts'
import { type Api, test } from '../harness/api.ts'

const add =
  'mutation ($p: ProductInput!) { createProduct(input: { product: $p }) { product { title } } }'
const sound = { title: 'Apron', category: 'Kitchen', productPrice: '39.90', currency: 'EUR' }

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
    ['half a character', { title: 'a\ud800b' }, 400, 'FL915'],
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
      expect([answer.status, answer.body.errors?.[0]?.extensions.code ?? '']).toEqual([
        status,
        code,
      ])
      expect(JSON.stringify(answer.body)).not.toMatch(/select |insert into|\.ts|\.js|at async/)
      expect(await countProducts(api)).toBe(code === '' ? before + 1 : before)
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
  const post = (api: Api, body: string | Uint8Array, type = 'application/json') =>
    fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: body as string,
    })
  const requests: [string, (api: Api) => Promise<Response>, number][] = [
    ['no JSON', (api) => post(api, '{'), 400],
    ['an empty body', (api) => post(api, ''), 400],
    ['a batch', (api) => post(api, '[{"query":"{ __typename }"}]'), 400],
    ['a text', (api) => post(api, '{ __typename }', 'text/plain'), 415],
    ['a form', (api) => post(api, 'query={__typename}', 'application/x-www-form-urlencoded'), 415],
    ['bytes that are no UTF-8', (api) => post(api, new Uint8Array([0x22, 0xff, 0xfe])), 400],
    [
      'a text that is no UTF-8',
      (api) =>
        post(api, Buffer.from('{"query":"{ currency(code: \\"\xff\\") { code } }"}', 'latin1')),
      400,
    ],
    ['a query that is a number', (api) => post(api, '{"query":1}'), 400],
    [
      'variables that are a list',
      (api) => post(api, '{"query":"{__typename}","variables":[]}'),
      400,
    ],
    ['GET', (api) => fetch(`${api.url}/graphql?query={__typename}`), 405],
    ['PUT', (api) => fetch(`${api.url}/graphql`, { method: 'PUT' }), 405],
  ]
  for (const [name, send, status] of requests) {
    test(`${name} is answered with ${status} and a code`, async ({ api }) => {
      const response = await send(api)
      expect(response.status).toBe(status)
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] }
      expect(errors[0]?.extensions.code).toBe('FL901')
    })
  }
})
