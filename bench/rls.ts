import pg from 'pg'
import { startThrowAwayCluster } from '../src/cli/throw-away.ts'
import { accessThrough } from '../src/server/postgres/access.ts'
import { withClient } from '../src/server/postgres/connect.ts'
import { prepareDatabase } from '../src/server/postgres/open.ts'
import { signIn } from '../test/harness/sign-in.ts'
import { type Figure, inTurn } from './measure.ts'

const brands = 20
const products = 500_000

const questions = [
  {
    name: 'keyed read',
    rounds: 4000,
    sql: 'select title, product_price from app_public.products where brand_id = $1 and id = 40006',
  },
  {
    name: 'page of 100',
    rounds: 1000,
    sql: `select id, title, product_price from app_public.products
          where brand_id = $1 and id > 40006 order by id limit 100`,
  },
  {
    name: 'sum over a brand (25,000 rows)',
    rounds: 60,
    sql: `select category, sum(product_price * stock_quantity) from app_public.products
          where brand_id = $1 group by category`,
  },
]

/** The same statement with the same filter, once under row-level security and once without it. */
export async function measure(): Promise<Figure[]> {
  const cluster = await startThrowAwayCluster({ settings: { shared_buffers: '512MB' } })
  try {
    await withClient(cluster.url('postgres'), (c) => c.query('create database fluence'))
    const access = accessThrough(cluster.url('fluence'), cluster.password)
    await prepareDatabase(access)
    return await withClient(access.root, async (free) => {
      await fill(free)
      const { rows } = await free.query(
        `select o.id from app_public.organizations as o where o.slug = 'brand-7'`,
      )
      const handle = await signIn(free, rows[0].id, 'analyst', '1 day')
      const bound = new pg.Client({ connectionString: access.as('fluence_authenticator') })
      await bound.connect()
      await bound.query(
        `select set_config('role', 'fluence_analyst', false),
                set_config('fluence.session_id', $1, false)`,
        [handle],
      )
      const figures: Figure[] = []
      const compare = async (
        name: string,
        rounds: number,
        ask: (client: pg.Client) => () => Promise<unknown>,
      ) => {
        for (const client of [free, bound]) for (let i = 0; i < 20; i += 1) await ask(client)()
        const [value, yardstick] = await inTurn(rounds, ask(bound), ask(free))
        figures.push({ name, value, yardstick, unit: 'ms', against: 'without RLS', limit: 1.15 })
      }
      for (const { name, rounds, sql } of questions) {
        const query = { name, text: sql, values: [rows[0].id] }
        await compare(name, rounds, (client) => () => client.query(query))
        await compare(`${name}, in a request's transaction`, rounds, (client) => async () => {
          await client.query('begin')
          await client.query(`select set_config('statement_timeout', '10000', true)`)
          await client.query(query)
          await client.query('commit')
        })
      }
      await bound.end()
      return figures
    })
  } finally {
    await cluster.stop()
  }
}

async function fill(client: pg.Client): Promise<void> {
  await client.query(
    `select app_private.create_organization('brand', 'brand-' || i, 'Brand ' || i, 'UTC', 'EUR')
     from generate_series(1, ${brands}) as i`,
  )
  await client.query(
    `insert into app_public.products
       (brand_id, id, title, category, product_price, currency, stock_quantity)
     select o.id, i, 'Product ' || i, 'Category ' || i % 20, 10 + i % 90, 'EUR', i % 50
     from generate_series(1, ${products}) as i
     join app_public.organizations as o on o.slug = 'brand-' || i % ${brands} + 1`,
  )
  await client.query('vacuum analyze app_public.products')
}
