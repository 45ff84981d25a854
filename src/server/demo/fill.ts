import type { Access } from '../postgres/access.ts'
import { withClient } from '../postgres/connect.ts'
import { products } from './products.ts'

/** Fills the demo brand once; a brand that is there already is left as people made it. */
export async function fillDemo(access: Access): Promise<void> {
  await withClient(access.as('fluence_server'), (client) =>
    client.query('select app_private.create_demo_brand($1)', [JSON.stringify(products)]),
  )
}
