import { describe, expect } from 'vitest'
import { test } from '../../harness/test.ts'

describe('a product manager', () => {
  test('adds a product without naming the brand or the number', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.product(acme, { title: 'Apron' })
    const product = await story.one(
      'select brand_id, id::numeric >= 1e12 as own_number, source, title from app_public.products',
    )
    expect(product).toEqual({ brand_id: acme, own_number: true, source: 'fluence', title: 'Apron' })
  })

  test('cannot name another brand, nor a number, nor a source', async ({ story }) => {
    const acme = await story.organization('acme')
    const globex = await story.organization('globex')
    await story.as({ role: 'product_manager', organization: acme })
    for (const column of ['brand_id', 'id']) {
      await story.rejects(
        '42501',
        `insert into app_public.products (${column}, title, category, product_price, currency)
         values ($1, 'Apron', 'Kitchen', 1, 'EUR')`,
        [globex],
      )
    }
  })

  test('edits own products and touches none of another brand', async ({ story }) => {
    const acme = await story.organization('acme')
    const globex = await story.organization('globex')
    const own = await story.product(acme)
    const theirs = await story.product(globex)
    await story.as({ role: 'product_manager', organization: acme })
    const rename = `update app_public.products set title = 'Bib' where id = $1`
    expect(await story.touched(rename, [own])).toBe(1)
    expect(await story.touched(rename, [theirs])).toBe(0)
    const remove = 'select title from app_public.delete_product($1)'
    await story.rejects('FL002', remove, [theirs])
    expect(await story.rows(remove, [own])).toEqual([{ title: 'Bib' }])
    await story.rejects('FL002', remove, [own])
    await story.as(null)
    expect(await story.rows('select id from app_public.products')).toEqual([{ id: theirs }])
  })

  test('locks rows of the own brand, and the table for nobody', async ({ story }) => {
    const acme = await story.organization('acme')
    const globex = await story.organization('globex')
    await story.product(acme)
    await story.product(globex)
    await story.asLogin({ role: 'product_manager', organization: acme })
    for (const mode of [
      'row share',
      'row exclusive',
      'share update exclusive',
      'share',
      'share row exclusive',
      'exclusive',
      'access exclusive',
    ]) {
      await story.rejects('42501', `lock table app_public.products in ${mode} mode`)
    }
    for (const sql of ['delete from', 'truncate']) {
      await story.rejects('42501', `${sql} app_public.products`)
    }
    expect(await story.rows('select from app_public.products for update')).toHaveLength(1)
  })

  test('retires a product once', async ({ story }) => {
    const acme = await story.organization('acme')
    const id = await story.product(acme)
    const retired = await story.one(
      'select p.on_sale, p.retired_at is not null as gone from app_public.retire_product($1) as p',
      [id],
    )
    expect(retired).toEqual({ on_sale: false, gone: true })
    await story.rejects('FL201', 'select app_public.retire_product($1)', [id])
    for (const moment of ['null', `now() + interval '1 day'`]) {
      await story.rejects('FL201', `update app_public.products set retired_at = ${moment}`)
    }
    await story.rejects('23514', 'update app_public.products set on_sale = true where id = $1', [
      id,
    ])
  })

  test('is told that a product is not there, also when another brand has it', async ({ story }) => {
    const acme = await story.organization('acme')
    const theirs = await story.product(await story.organization('globex'))
    await story.as({ role: 'product_manager', organization: acme })
    await story.rejects('FL002', 'select app_public.retire_product(42)')
    await story.rejects('FL002', 'select app_public.retire_product($1)', [theirs])
  })
})

test('a product retires at a moment, and not at infinity', async ({ story }) => {
  await story.product(await story.organization('acme'))
  for (const moment of ['infinity', '-infinity']) {
    const error = await story.rejects(
      '23514',
      'update app_public.products set on_sale = false, retired_at = $1',
      [moment],
    )
    expect(error.constraint).toBe('products_retired_at_finite_check')
  }
})

describe('an amount', () => {
  for (const [price, why] of [
    ['-0.01', 'negative'],
    ['NaN', 'not a number'],
    ['Infinity', 'infinite'],
    ['1e12', 'too large'],
    ['0.00001', 'finer than any currency'],
  ]) {
    test(`is refused when ${why}`, async ({ story }) => {
      const acme = await story.organization('acme')
      await story.product(acme)
      const error = await story.rejects(
        '23514',
        'update app_public.products set product_price = $1',
        [price],
      )
      expect(error.constraint).toBe('products_price_is_exact_check')
      await story.rejects('23514', 'update app_public.products set cost = $1', [price])
    })
  }

  test('stays as it was written', async ({ story }) => {
    await story.product(await story.organization('acme'), { product_price: '49.90' })
    expect(await story.one('select product_price from app_public.products')).toEqual({
      product_price: '49.90',
    })
  })
})

describe('everybody else', () => {
  const readers = [
    'admin',
    'analyst',
    'marketing_manager',
    'campaign_manager',
    'influencer_manager',
    'finance_manager',
    'support_agent',
    'auditor',
  ]
  for (const role of readers) {
    test(`${role} reads the own brand's products and changes none`, async ({ story }) => {
      const acme = await story.organization('acme')
      const globex = await story.organization('globex')
      const own = await story.product(acme)
      await story.product(globex)
      await story.as({ role, organization: acme })
      expect(await story.rows('select id from app_public.products')).toEqual([{ id: own }])
      await story.rejects('42501', `update app_public.products set title = 'x'`)
      await story.rejects('42501', 'delete from app_public.products')
      await story.rejects('42501', 'select app_public.retire_product($1)', [own])
      await story.rejects('42501', 'select app_public.delete_product($1)', [own])
    })
  }

  for (const role of ['visitor', 'report_reader', 'influencer', 'agency_manager']) {
    test(`${role} has no right on products at all`, async ({ story }) => {
      await story.product(await story.organization('acme'))
      await story.as({ role })
      await story.rejects('42501', 'select id from app_public.products')
    })
  }

  test('an agency that acts for no brand writes nothing', async ({ story }) => {
    const agency = await story.organization('agency', 'agency')
    await story.as({ role: 'product_manager', organization: agency })
    expect(await story.rows('select id from app_public.products')).toEqual([])
    await story.rejects(
      'FL001',
      `insert into app_public.products (title, category, product_price, currency)
       values ('Apron', 'Kitchen', 1, 'EUR')`,
    )
  })
})
