import { expect } from 'vitest'
import { test } from '../../harness/test.ts'

const report = `
  select category, currency, products, products_on_sale, units_in_stock, stock_value, stock_cost
  from reporting.category_stock order by category, currency`

const readers = [
  'admin',
  'analyst',
  'marketing_manager',
  'campaign_manager',
  'product_manager',
  'finance_manager',
  'auditor',
]

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
  for (const role of readers) {
    await story.as({ role, organization: acme })
    expect(await story.rows(report)).toEqual(expected)
  }
  await story.asLogin({ role: 'analyst', organization: acme })
  expect(await story.rows(report)).toEqual(expected)
})

test('category_stock is not for those who have no business with it', async ({ story }) => {
  const acme = await story.organization('acme')
  for (const role of [
    'visitor',
    'report_reader',
    'influencer',
    'influencer_manager',
    'support_agent',
  ]) {
    const bound = role !== 'visitor' && role !== 'report_reader'
    await story.as(bound ? { role, organization: acme } : { role })
    await story.rejects('42501', report)
  }
})

test('category_stock lies on tables that nobody reaches past it', async ({ story }) => {
  const acme = await story.organization('acme')
  const globex = await story.organization('globex')
  await story.product(acme)
  await story.product(globex)
  for (const role of readers) {
    await story.as({ role, organization: acme })
    for (const relation of ['slots', 'sums', 'facts', 'drift']) {
      await story.rejects('42501', `select * from app_hidden.category_stock_${relation}`)
    }
    await story.rejects('42501', 'update app_hidden.category_stock_slots set products = 0')
    await story.rejects('42501', 'select app_private.rebuild_category_stock($1)', [acme])
    // The schema shut, the policy still holds.
    await story.client.query('savepoint opened')
    await story.as(null)
    await story.rows(`grant usage on schema app_hidden to fluence_${role}`)
    await story.as({ role, organization: acme })
    expect(await story.rows('select brand_id from app_hidden.category_stock_slots')).toEqual([
      { brand_id: acme },
    ])
    await story.rejects('42501', 'select slot from app_hidden.category_stock_slots')
    await story.as(null)
    await story.client.query('rollback to savepoint opened')
  }
})

test('category_stock reads the roll-up by index, and no product', async ({ story }) => {
  const acme = await story.organization('acme')
  await story.rows(
    `select app_private.create_organization('brand', 'brand-' || i, 'Brand', 'UTC', 'EUR')
     from generate_series(1, 19) as i`,
  )
  await story.rows(
    `insert into app_public.products (brand_id, title, category, product_price, currency)
     select o.id, 'P' || i, 'C' || i, i, 'EUR'
     from generate_series(1, 200) as i cross join app_public.organizations as o`,
  )
  await story.rows('analyze app_hidden.category_stock_slots')
  await story.as({ role: 'analyst', organization: acme })
  const plan = await story.rows<{ 'QUERY PLAN': string }>(`explain ${report}`)
  const text = plan.map((row) => row['QUERY PLAN']).join('\n')
  expect(text).toContain('category_stock_slots_pkey')
  expect(text).not.toContain('Seq Scan')
  expect(text).not.toContain('products_')
})
