import { getIntrospectionQuery } from 'postgraphile/graphql'
import { describe, expect } from 'vitest'
import { type Api, test } from '../harness/api.ts'

const nodesOf = (answer: Awaited<ReturnType<Api['graphql']>>, field: string) =>
  (answer.body.data?.[field] as { nodes: unknown[] }).nodes

const many = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ')

describe('a page', () => {
  test('has 100 rows where none is asked for, nested ones too', async ({ api }) => {
    expect(
      nodesOf(await api.graphql('{ currencies { nodes { code } } }'), 'currencies'),
    ).toHaveLength(100)
    const nested = '{ query { query { currencies { nodes { code } } } } }'
    const { body } = await api.graphql(nested)
    expect(JSON.stringify(body).match(/"code"/g)).toHaveLength(100)
  })

  test('has as many as are asked for, up to 1000', async ({ api }) => {
    const ask = (size: string) => api.graphql(`{ currencies(${size}) { nodes { code } } }`)
    expect(nodesOf(await ask('first: 3'), 'currencies')).toHaveLength(3)
    expect(nodesOf(await ask('last: 2'), 'currencies')).toHaveLength(2)
    expect(nodesOf(await ask('first: 1000'), 'currencies').length).toBeGreaterThan(100)
    expect(await ask('first: 1001')).toMatchObject({ status: 400 })
  })

  test('is limited through a variable as well', async ({ api }) => {
    const query = 'query ($n: Int = 2000) { currencies(first: $n) { nodes { code } } }'
    for (const variables of [{ n: 1001 }, {}]) {
      const { status, body } = await api.graphql(query, variables)
      expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, 'FL902'])
    }
    expect((await api.graphql(query, { n: 5 })).status).toBe(200)
  })

  test('can be turned', async ({ api }) => {
    const ask = (args: string) =>
      api.graphql(
        `{ currencies(first: 2 ${args}) { nodes { code } pageInfo { endCursor hasNextPage } } }`,
      )
    const first = await ask('')
    const { pageInfo } = first.body.data?.['currencies'] as { pageInfo: { endCursor: string } }
    const second = await ask(`after: "${pageInfo.endCursor}"`)
    expect(nodesOf(second, 'currencies')).toEqual([{ code: 'ALL' }, { code: 'AMD' }])
  })
})

describe('a document is refused', () => {
  const tooMuch: [string, string][] = [
    ['of 5,000 aliases', `{ ${many(5000, (i) => `a${i}: currencies { nodes { code } }`)} }`],
    ['of 51 aliases', `{ ${many(51, (i) => `a${i}: currency(code: "EUR") { code }`)} }`],
    [
      'of aliases in fragments',
      `{ ...a ...a ...a } fragment a on Query { ${many(20, (i) => `a${i}: currency(code: "EUR") { code }`)} }`,
    ],
    ['100 levels deep', `{ ${'query { '.repeat(100)} __typename ${'} '.repeat(100)} }`],
    [
      'of lists in lists',
      `{ products(first: 1000) { nodes { brand { productsByBrandId(first: 1000) { nodes { title } } } } } }`,
    ],
    [
      'of lists in lists whose rows stand in fragments',
      `{ products { ...a } }
       fragment a on ProductConnection { ... { nodes { brand { productsByBrandId { ...b } } } } }
       fragment b on ProductConnection { edges { node { productChanges { ...c } } } }
       fragment c on ProductChangeConnection { nodes { position } }`,
    ],
    [
      'of too many rows beside a page of less than nothing',
      `{ a: products(first: -1000000) { nodes { title } }
         products(first: 1000) { nodes { brand { productsByBrandId(first: 1000) { nodes { title } } } } } }`,
    ],
    [
      'of 11 mutations',
      `mutation { ${many(11, (i) => `m${i}: retireProduct(input: {productId: "1"}) { clientMutationId }`)} }`,
    ],
    ['of fragments in fragments', `{ ${'... { '.repeat(1500)} __typename ${'} '.repeat(1500)} }`],
    [
      'of lists in lists of values',
      `{ currency(code: ${'['.repeat(2000)}${']'.repeat(2000)}) { code } }`,
    ],
    ['of a field a thousand times', `{ currency(code: "EUR") { ${'code '.repeat(1000)} } }`],
    ['of a million words', `{ ${'a '.repeat(90_000)} }`],
  ]
  for (const [name, query] of tooMuch) {
    test(`${name}, for it is too much`, async ({ api }) => {
      const { status, body } = await api.graphql(query)
      expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, 'FL902'])
    })
  }

  test('of 1 MB', async ({ api }) => {
    const { status, body } = await api.graphql(`{ __typename } #${'x'.repeat(1_000_000)}`)
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([413, 'FL901'])
  })

  const malformed: [string, string][] = [
    ['without an end', '{ currencies {'],
    ['with an unknown field', '{ nonsense }'],
    ['with an unknown argument', '{ currencies(nonsense: 1) { nodes { code } } }'],
    ['with a wrong type', '{ currencies(first: "ten") { nodes { code } } }'],
    ['with a fragment that spreads itself', '{ ...a } fragment a on Query { ...a }'],
    ['of two operations and no name', 'query a { __typename } query b { __typename }'],
    ['that is empty', ''],
    ['that is a comment', '# nothing'],
  ]
  for (const [name, query] of malformed) {
    test(`${name}, for it is malformed`, async ({ api }) => {
      const { status, body } = await api.graphql(query)
      expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, 'FL901'])
      expect(body.errors?.[0]?.extensions.reference).toMatch(/^[0-9a-f]{16}$/)
    })
  }
})

describe('in production', () => {
  test('nobody is told what else there is', async ({ api, productionApi }) => {
    const query = '{ currencie { nodes { code } } }'
    const hint = 'Did you mean'
    expect((await api.graphql(query)).body.errors?.[0]?.message).toContain(hint)
    expect((await productionApi.graphql(query)).body.errors?.[0]?.message).not.toContain(hint)
    const handle = await productionApi.signIn('acme', 'product_manager')
    const { body } = await productionApi.graphql(
      'mutation ($p: ProductInput!) { createProduct(input: { product: $p }) { clientMutationId } }',
      { p: { titel: 'x' } },
      handle,
    )
    expect(body.errors?.[0]?.message).not.toContain(hint)
  })

  test('the schema is read by tools in development', async ({ api }) => {
    expect((await api.graphql(getIntrospectionQuery())).status).toBe(200)
  })

  test('the schema is not to be read, and there is no GraphiQL', async ({ api, productionApi }) => {
    const query = '{ __schema { types { name } } }'
    expect((await api.graphql(query)).status).toBe(200)
    expect((await productionApi.graphql(query)).status).toBe(400)
    expect((await fetch(`${api.url}/graphiql`)).status).toBe(200)
    expect((await fetch(`${productionApi.url}/graphiql`)).status).toBe(404)
  })
})
