import { expect } from 'vitest'
import { test } from '../../harness/test.ts'

const report = `
  select category, currency, products, products_on_sale, units_in_stock, stock_value, stock_cost
  from reporting.category_stock order by category, currency`

test('category_stock adds up what the brand has, currency by currency', async ({ story }) => {
  const acme = await story.organization('acme')
  const globex = await story.organization('globex')
  const kitchen = { category: 'Kitchen', product_price: '19.99' }
  await story.product(acme, { ...kitchen, stock_quantity: 3, cost: '5.5' })
  await story.product(acme, { ...kitchen, stock_quantity: 10, on_sale: false })
  await story.product(acme, { ...kitchen, stock_quantity: 1, currency: 'TRY' })
  const gone = await story.product(acme, { ...kitchen, stock_quantity: 100 })
  await story.rows('select app_public.retire_product($1)', [gone])
  await story.product(globex, { ...kitchen, stock_quantity: 1000 })

  const expected = [
    {
      category: 'Kitchen',
      currency: 'EUR',
      products: '2',
      products_on_sale: '1',
      units_in_stock: '13',
      stock_value: '259.87',
      stock_cost: '16.5',
    },
    {
      category: 'Kitchen',
      currency: 'TRY',
      products: '1',
      products_on_sale: '1',
      units_in_stock: '1',
      stock_value: '19.99',
      stock_cost: null,
    },
  ]
  for (const role of ['analyst', 'finance_manager', 'admin', 'auditor', 'product_manager']) {
    await story.as({ role, organization: acme })
    expect(await story.rows(report)).toEqual(expected)
  }
  await story.asLogin({ role: 'analyst', organization: acme })
  expect(await story.rows(report)).toEqual(expected)
})

test('category_stock is not for those who have no business with it', async ({ story }) => {
  const acme = await story.organization('acme')
  for (const role of ['visitor', 'influencer', 'support_agent']) {
    await story.as(role === 'visitor' ? { role } : { role, organization: acme })
    await story.rejects('42501', report)
  }
})

test('category_stock finds its rows by index', async ({ story }) => {
  const acme = await story.organization('acme')
  const globex = await story.organization('globex')
  await story.as(null)
  await story.rows(
    `insert into app_public.products (brand_id, title, category, product_price, currency)
     select case when i % 100 = 0 then $1::bigint else $2 end, 'P' || i, 'C' || i % 7, i, 'EUR'
     from generate_series(1, 20000) as i`,
    [acme, globex],
  )
  await story.rows('analyze app_public.products')
  await story.as({ role: 'analyst', organization: acme })
  const plan = await story.rows<{ 'QUERY PLAN': string }>(`explain ${report}`)
  const text = plan.map((row) => row['QUERY PLAN']).join('\n')
  expect(text).toContain('Index')
  expect(text).not.toContain('Seq Scan')
})
