import { expect } from 'vitest'
import { test } from '../../harness/api.ts'

const fieldsOf = `query ($name: String!) { __type(name: $name) { fields { name } inputFields { name } } }`

test('products and the stock report are named as in SQL', async ({ api }) => {
  const fields = async (name: string) => {
    const { body } = await api.graphql(fieldsOf, { name })
    const type = body.data?.['__type'] as Record<string, { name: string }[] | null>
    return (type['fields'] ?? type['inputFields'] ?? []).map((field) => field.name)
  }
  expect(await fields('Query')).toEqual(expect.arrayContaining(['products', 'categoryStocks']))
  expect(await fields('Mutation')).toContain('retireProduct')
  const input = await fields('ProductInput')
  expect(input).toEqual(expect.arrayContaining(['title', 'productPrice', 'stockQuantity']))
  // Nobody may name the brand, the number or the source: so nobody is asked for them.
  for (const name of ['brandId', 'rowId', 'source', 'createdAt']) expect(input).not.toContain(name)
})

test('a visitor sees no product and is not told more', async ({ api }) => {
  const { body } = await api.graphql('{ products { nodes { title } } }')
  expect(body.data?.['products'] ?? null).toBeNull()
  expect(body.errors).toHaveLength(1)
})

test('a product that nothing refers to goes, and is told once more', async ({ api }) => {
  const handle = await api.signIn('acme', 'product_manager')
  const mutate = async (text: string) =>
    (await api.graphql(`mutation { ${text} }`, {}, handle)).body
  const added = await mutate(
    `createProduct(input: { product: {
       title: "Bib", category: "Baby", productPrice: "5", currency: "EUR" } }) { product { rowId } }`,
  )
  const { product } = added.data?.['createProduct'] as { product: { rowId: string } }
  const remove = `deleteProduct(input: { productId: "${product.rowId}" }) { result { title } }`
  expect(await mutate(remove)).toEqual({ data: { deleteProduct: { result: { title: 'Bib' } } } })
  expect((await mutate(remove)).errors).toMatchObject([{ extensions: { code: 'FL002' } }])
})

test('a visitor changes nothing', async ({ api }) => {
  const { body } = await api.graphql(
    'mutation { retireProduct(input: { productId: "1" }) { result { title } } }',
  )
  expect(body.data?.['retireProduct'] ?? null).toBeNull()
  expect(body.errors).toHaveLength(1)
})
