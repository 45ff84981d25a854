import type { Access } from '../postgres/access.ts'
import { withClient } from '../postgres/connect.ts'
import { products } from './products.ts'

/** Fills an empty database with the demo brand; answers whether that is there, as people left it. */
export async function fillDemo(access: Access): Promise<boolean> {
  return withClient(access.as('fluence_server'), async (client) => {
    const { rows } = await client.query<{ there: boolean }>(
      'select app_private.create_demo_brand($1) as there',
      [JSON.stringify(products)],
    )
    return rows[0]?.there ?? false
  })
}
