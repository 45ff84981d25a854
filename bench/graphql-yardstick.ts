import type { AddressInfo } from 'node:net'
import express from 'express'
import type { ServiceLogin } from '../src/server/postgres/access.ts'
import { makePool } from '../src/server/postgres/pool.ts'

/** What one would write by hand for these two questions: plain Express and pg, and no GraphQL. */

export interface Orders {
  readonly urls: Record<'fluence_authenticator' | 'fluence_server', string>
}

process.once('message', ({ urls }: Orders) => {
  const pool = (login: ServiceLogin & keyof Orders['urls'], max: number) =>
    makePool(urls[login], max, () => {})
  serve(pool('fluence_authenticator', 20), pool('fluence_server', 4))
})

type Pool = ReturnType<typeof makePool>

function serve(requests: Pool, own: Pool): void {
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use(express.json({ limit: 200_000 }))

  const answer = (path: string, work: (handle: string, body: Body) => Promise<object>) =>
    // oxlint-disable-next-line no-async-endpoint-handlers -- Express 5 takes their errors
    app.post(path, async (request, response) => {
      const handle = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
      response.json({ data: await work(handle, request.body as Body) })
    })

  /** As the server does it: who is it, then the statement in a transaction of that role. */
  const ask = async (handle: string, statement: object): Promise<object[]> => {
    const { rows } = await own.query<{ role: string }>({
      name: 'check_session',
      text: 'select role, acting_brand_id as brand from app_private.check_session($1)',
      values: [handle],
    })
    const session = rows[0]
    if (session === undefined) throw new Error('The session is over.')
    const client = await requests.connect()
    try {
      await client.query('begin')
      await client.query({
        name: 'settings',
        text: `select set_config(el->>0, el->>1, true) from json_array_elements($1::json) el`,
        values: [
          JSON.stringify([
            ['role', `fluence_${session.role}`],
            ['fluence.session_id', handle],
            ['statement_timeout', '10000'],
            ['application_name', 'fluence req:-'],
          ]),
        ],
      })
      const found = await client.query(statement as { text: string })
      await client.query('commit')
      return found.rows
    } finally {
      client.release()
    }
  }

  answer('/product', async (handle, { brandId, rowId }) => {
    const [product] = await ask(handle, {
      name: 'product',
      text: `select p.title, p.product_price::text as "productPrice",
               p.stock_quantity as "stockQuantity"
             from app_public.products as p where p.brand_id = $1::bigint and p.id = $2::bigint`,
      values: [brandId, rowId],
    })
    return { product: product ?? null }
  })

  answer('/category-stock', async (handle) => {
    const nodes = await ask(handle, {
      name: 'category_stock',
      text: `select s.category, s.currency, s.products::text, s.units_in_stock::text as "unitsInStock",
               s.stock_value::text as "stockValue"
             from reporting.category_stock as s
             order by s.brand_id, s.category, s.currency limit 100`,
    })
    return { categoryStocks: { nodes } }
  })

  const server = app.listen(0, '127.0.0.1', () => {
    process.send?.((server.address() as AddressInfo).port)
  })
}

type Body = Record<string, string>
