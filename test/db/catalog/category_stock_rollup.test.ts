import { describe, expect } from 'vitest'
import type { Story } from '../../harness/test.ts'
import { test } from '../../harness/test.ts'

/** What the report says, checked against the products themselves: by category, in EUR. */
async function stock(story: Story): Promise<Record<string, string>> {
  const rows = await story.rows<{ category: string; figures: string }>(
    `select category, concat_ws(' ',
       products, products_on_sale, units_in_stock, stock_value, coalesce(stock_cost::text, '?')
     ) as figures
     from reporting.category_stock`,
  )
  return Object.fromEntries(rows.map(({ category, figures }) => [category, figures]))
}

async function drift(story: Story): Promise<object[]> {
  await story.as(null)
  return story.rows('select * from reporting.rollup_drift')
}

describe('the roll-up of stock', () => {
  test('follows a product through its life', async ({ story }) => {
    const acme = await story.organization('acme')
    const id = await story.product(acme, { product_price: '10.0005', stock_quantity: 2 })
    const change = (what: string) =>
      story.rows(`update app_public.products set ${what} where id = $1`, [id])
    expect(await stock(story)).toEqual({ Kitchen: '1 1 2 20.001 ?' })
    await change('product_price = 9.90, cost = 4')
    expect(await stock(story)).toEqual({ Kitchen: '1 1 2 19.8 8' })
    await change(`category = 'Garden', stock_quantity = 5, on_sale = false`)
    expect(await stock(story)).toEqual({ Garden: '1 0 5 49.5 20' })
    await change('cost = null')
    expect(await stock(story)).toEqual({ Garden: '1 0 5 49.5 ?' })
    await change('cost = 0')
    expect(await stock(story)).toEqual({ Garden: '1 0 5 49.5 0' })
    await story.rows('select app_public.retire_product($1)', [id])
    expect(await stock(story)).toEqual({})
    await change(`category = 'Kitchen', stock_quantity = 7`)
    await story.rows('select app_public.delete_product($1)', [id])
    expect(await stock(story)).toEqual({})
    expect(await drift(story)).toEqual([])
  })

  test('counts each row of an upsert once', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.as(null)
    const upsert = (ids: string) =>
      story.rows(
        `insert into app_public.products
           (brand_id, id, title, category, product_price, currency, stock_quantity)
         select $1, i, 'P', 'C' || i % 2, 1, 'EUR', i from unnest(${ids}) as i
         on conflict (brand_id, id) do update set stock_quantity = 100, category = 'C9'`,
        [acme],
      )
    await upsert(`'{1, 2, 3}'::int[]`)
    await upsert(`'{3, 4}'::int[]`)
    await upsert(`'{}'::int[]`)
    expect(await drift(story)).toEqual([])
    await story.as({ role: 'analyst', organization: acme })
    expect(await stock(story)).toEqual({ C0: '2 2 6 6 ?', C1: '1 1 1 1 ?', C9: '1 1 100 100 ?' })
  })

  test('is not written where no figure changes', async ({ story }) => {
    const acme = await story.organization('acme')
    const id = await story.product(acme, { stock_quantity: 5 })
    await story.as(null)
    const written = () =>
      story.one(
        `select string_agg(s.ctid::text, ' ') as at from app_hidden.category_stock_slots as s`,
      )
    const before = await written()
    await story.rows(
      `update app_public.products set title = 'Bib', description = 'New' where id = $1`,
      [id],
    )
    expect(await written()).toEqual(before)
    await story.rows('update app_public.products set stock_quantity = 6 where id = $1', [id])
    expect(await written()).not.toEqual(before)
  })

  test('goes with its brand', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.rows(
      `insert into app_public.products (brand_id, title, category, product_price, currency)
       values ($1, 'Apron', 'Kitchen', 1, 'EUR')`,
      [acme],
    )
    await story.rows('delete from app_public.products')
    expect(await story.rows('select from app_hidden.category_stock_slots')).toHaveLength(1)
    await story.rows('delete from app_public.organizations where id = $1', [acme])
    expect(await story.rows('select from app_hidden.category_stock_slots')).toEqual([])
  })
})

describe('a drift', () => {
  for (const [what, plant, measures] of [
    [
      'of one measure',
      'update app_hidden.category_stock_slots set stock_value = 1 where brand_id = $1',
      ['stock_value'],
    ],
    [
      'by a lost row',
      'delete from app_hidden.category_stock_slots where brand_id = $1',
      [
        'known_costs',
        'products',
        'products_on_sale',
        'stock_cost',
        'stock_value',
        'units_in_stock',
      ],
    ],
    [
      'by a row of nothing',
      `insert into app_hidden.category_stock_slots
       values ($1, 'Attic', 'EUR', 3, 1, 0, 0, 0, 0, 0)`,
      ['products'],
    ],
  ] as const) {
    test(`${what} is found and mended`, async ({ story }) => {
      const acme = await story.organization('acme')
      const globex = await story.organization('globex')
      await story.product(acme, { stock_quantity: 2, product_price: '7.5', cost: '0.1' })
      await story.product(globex)
      await story.as(null)
      await story.rows(plant, [acme])
      const found = 'select measure from reporting.rollup_drift order by measure'
      expect(await story.rows(found)).toEqual(measures.map((measure) => ({ measure })))

      const rebuild = 'select app_private.rebuild_category_stock($1) as mended'
      expect(await story.one(rebuild, [acme])).toEqual({ mended: '1' })
      expect(await story.rows(found)).toEqual([])
      expect(await story.one(rebuild, [acme])).toEqual({ mended: '0' })
      await story.as({ role: 'analyst', organization: acme })
      expect(await stock(story)).toEqual({ Kitchen: '1 1 2 15 0.2' })
    })
  }

  test('of another brand is not mended with it', async ({ story }) => {
    const acme = await story.organization('acme')
    const globex = await story.organization('globex')
    for (const brand of [acme, globex]) await story.product(brand)
    await story.as(null)
    await story.rows('update app_hidden.category_stock_slots set products = 9')
    await story.rows('select app_private.rebuild_category_stock($1)', [acme])
    expect(await story.rows('table reporting.rollup_drift')).toEqual([
      {
        rollup: 'category_stock',
        brand_id: globex,
        key: { category: 'Kitchen', currency: 'EUR' },
        measure: 'products',
        rollup_value: '9',
        fact_value: '1',
      },
    ])
  })
})
