import { describe, expect } from 'vitest'
import { fillDemo } from '../../../src/server/demo/fill.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts'
import { test } from '../../harness/test.ts'

const state = async ({ superuserUrl }: TestDatabase) =>
  withClient(superuserUrl, async (client) => {
    const { rows } = await client.query<{ brands: string | null; products: number }>(
      `select (select string_agg(o.slug, ' ' order by o.slug) from app_public.organizations as o)
                as brands,
              (select count(*)::int from app_public.products) as products`,
    )
    return rows[0]
  })

const run = ({ superuserUrl }: TestDatabase, sql: string) =>
  withClient(superuserUrl, (client) => client.query(sql))

describe('the demo brand', () => {
  test('fills an empty database once, and is left as people made it', async ({ database }) => {
    expect(await fillDemo(database.access)).toBe(true)
    const { brands, products = 0 } = (await state(database)) ?? {}
    expect(brands).toBe('demo')
    expect(products).toBeGreaterThan(3)

    await run(
      database,
      `delete from app_public.products where title = (
      select min(p.title) from app_public.products as p)`,
    )
    expect(await fillDemo(database.access)).toBe(true)
    expect(await state(database)).toEqual({ brands, products: products - 1 })
  })

  test('does not come into a database that a shop already uses', async () => {
    const database = await cloneDatabase()
    try {
      await run(
        database,
        `select app_private.create_organization('brand', 'acme', 'Acme', 'UTC', 'EUR')`,
      )
      expect(await fillDemo(database.access)).toBe(false)
      expect(await state(database)).toEqual({ brands: 'acme', products: 0 })
    } finally {
      await database.drop()
    }
  })
})
