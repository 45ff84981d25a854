import { describe, expect } from 'vitest'
import { withClient } from '../../src/server/postgres/connect.ts'
import { type Api, test } from '../harness/api.ts'

const names = async (api: Api, type: string) => {
  const { body } = await api.graphql(
    `query ($type: String!) { __type(name: $type) { fields { name } enumValues { name } } }`,
    { type },
  )
  const found = body.data?.['__type'] as Record<string, { name: string }[] | null> | null
  return (found?.['fields'] ?? found?.['enumValues'] ?? []).map(({ name }) => name)
}

describe('aggregates', () => {
  test('are there where a table asks for them, and nowhere else', async ({ api }) => {
    expect(await names(api, 'ProductConnection')).toContain('groupedAggregates')
    expect(await names(api, 'CurrencyConnection')).not.toContain('aggregates')
  })

  test("cut days, weeks, months, quarters and years in the brand's time zone", async ({ api }) => {
    const handle = await api.signIn('acme', 'analyst')
    // The brand is five and a half hours ahead: its new year begins at 18:30 UTC.
    await withClient(api.database.superuserUrl, (client) =>
      client.query(
        `insert into app_public.products
           (brand_id, title, category, product_price, currency, created_at)
         select o.id, 'P', 'K', m.price, 'EUR', m.moment::timestamptz
         from app_public.organizations as o,
           (values (1, '2025-12-31 18:29:59Z'), (10, '2025-12-31 18:30:00Z'), (100, '2026-04-01Z'))
             as m (price, moment)
         where o.slug = 'acme'`,
      ),
    )
    const grouped = async (unit: string) => {
      const { body } = await api.graphql(
        `{ products { groupedAggregates(groupBy: [CREATED_AT_TRUNCATED_TO_${unit}]) {
             keys sum { productPrice } } } }`,
        {},
        handle,
      )
      expect(body.errors).toBeUndefined()
      const { groupedAggregates } = body.data?.['products'] as {
        groupedAggregates: { keys: [string]; sum: { productPrice: string } }[]
      }
      return groupedAggregates
        .map(({ keys, sum }) => [new Date(keys[0]).toISOString().slice(0, 16), sum.productPrice])
        .toSorted()
    }
    const before = '2025-12-31T'
    expect(await grouped('DAY')).toEqual([
      ['2025-12-30T18:30', '1'],
      [`${before}18:30`, '10'],
      ['2026-03-31T18:30', '100'],
    ])
    expect(await grouped('WEEK')).toEqual([
      ['2025-12-28T18:30', '11'],
      ['2026-03-29T18:30', '100'],
    ])
    expect(await grouped('MONTH')).toEqual([
      ['2025-11-30T18:30', '1'],
      [`${before}18:30`, '10'],
      ['2026-03-31T18:30', '100'],
    ])
    expect(await grouped('QUARTER')).toEqual([
      ['2025-09-30T18:30', '1'],
      [`${before}18:30`, '10'],
      ['2026-03-31T18:30', '100'],
    ])
    expect(await grouped('YEAR')).toEqual([
      ['2024-12-31T18:30', '1'],
      [`${before}18:30`, '110'],
    ])
  })
})
