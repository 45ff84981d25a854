import assert from 'node:assert'
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { startThrowAwayCluster } from '../src/cli/throw-away.ts'
import { accessThrough } from '../src/server/postgres/access.ts'
import { withClient } from '../src/server/postgres/connect.ts'
import { prepareDatabase } from '../src/server/postgres/open.ts'
import { pause } from '../src/server/postgres/processes.ts'
import type { Orders } from './graphql-yardstick.ts'
import { signIn } from '../test/harness/sign-in.ts'
import { type Figure, inTurn } from './measure.ts'
import { type Ask, asker, type Started, startServer } from './server.ts'

const brands = 20
const products = 500_000
/** Who writes at the same time is in different slots of the roll-up: so the report adds up all. */
const writers = 16
const atOnce = 16

const variables = (row: number) => ({ brandId: '8', rowId: String(row) })

/** The same question to both: GraphQL, and a route of its own. */
const questions = [
  {
    name: 'keyed read',
    path: '/product',
    query: `query Product($brandId: BigInt!, $rowId: BigInt!) {
      product(brandId: $brandId, rowId: $rowId) { title productPrice stockQuantity } }`,
    limit: 1.5,
  },
  {
    name: 'roll-up read',
    path: '/category-stock',
    query: `query Stock {
      categoryStocks { nodes { category currency products unitsInStock stockValue } } }`,
    limit: 1.2,
  },
] as const

/** The server as it is started in production, and a plain one, each a process of its own. */
export async function measure(): Promise<Figure[]> {
  const cluster = await startThrowAwayCluster({ settings: { shared_buffers: '512MB' } })
  const children: ChildProcess[] = []
  try {
    await withClient(cluster.url('postgres'), (c) => c.query('create database fluence'))
    const access = accessThrough(cluster.url('fluence'), cluster.password)
    await prepareDatabase(access)
    const handle = await fill(access.root)
    const ours = await startServer(access.root, cluster.password, children)
    const plain = await startYardstick(
      {
        urls: {
          fluence_authenticator: access.as('fluence_authenticator'),
          fluence_server: access.as('fluence_server'),
        },
      },
      children,
    )
    const atRest = memory(ours.pid)
    const figures: Figure[] = []
    for (const { name, path: route, query, limit } of questions) {
      const graphql = askOf(ours.port, '/graphql', handle, (row) => ({
        query,
        variables: variables(row),
      }))
      const yardstick = askOf(plain.port, route, handle, variables)
      assert.deepEqual(JSON.parse(await graphql()), JSON.parse(await yardstick()))
      await warmUp([graphql, yardstick])
      const figure = { unit: 'ms', against: 'plain Express and pg' }
      const one = await inTurn(3000, graphql, yardstick)
      figures.push({ name, value: one[0], yardstick: one[1], ...figure, limit })
      const each = 1600
      const many = await inTurn(12, crowd(graphql, each), crowd(yardstick, each))
      figures.push({
        name: `${name}, ${atOnce} at once, time per request`,
        value: many[0] / each,
        yardstick: many[1] / each,
        ...figure,
      })
    }
    const asked = askOf(ours.port, '/graphql', handle, (row) => ({
      query: questions[0].query,
      variables: variables(row),
    }))
    let highest = 0
    for (let i = 0; i < 20; i += 1) {
      await crowd(asked, 1000)()
      highest = Math.max(highest, memory(ours.pid))
    }
    await pause(20_000)
    const memories = [
      ['under load (20,000 requests)', highest],
      ['20 s after the load', memory(ours.pid)],
    ] as const
    for (const [name, value] of memories) {
      const against = 'at rest after the start'
      figures.push({ name: `memory ${name}`, value, yardstick: atRest, unit: 'MiB', against })
    }
    return figures
  } finally {
    for (const child of children) {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'close')
    }
    await cluster.stop()
  }
}

/** Brands with as many products each, in twenty categories; an analyst's session of brand 8. */
async function fill(url: string): Promise<string> {
  return withClient(url, async (root) => {
    await root.query(
      `select app_private.create_organization('brand', 'brand-' || i, 'Brand ' || i, 'UTC', 'EUR')
       from generate_series(1, ${brands}) as i`,
    )
    const share = products / writers
    await Promise.all(
      Array.from({ length: writers }, (_, writer) =>
        withClient(url, (client) =>
          client.query(
            `insert into app_public.products
               (brand_id, id, title, category, product_price, currency, stock_quantity)
             select o.id, i, 'Product ' || i, 'Category ' || i / ${brands} % 20, 10 + i % 90, 'EUR',
               i % 50
             from generate_series(${writer * share + 1}, ${(writer + 1) * share}) as i
             join app_public.organizations as o on o.slug = 'brand-' || i % ${brands} + 1`,
          ),
        ),
      ),
    )
    await root.query('vacuum analyze app_public.products')
    await root.query('vacuum analyze app_hidden.category_stock_slots')
    await root.query('truncate app_private.outbox')
    return signIn(root, String(variables(0).brandId), 'analyst', '1 day')
  })
}

async function startYardstick(orders: Orders, children: ChildProcess[]): Promise<Started> {
  const child = fork(path.join(import.meta.dirname, 'graphql-yardstick.ts'))
  children.push(child)
  child.send(orders)
  const [port] = (await once(child, 'message')) as [number]
  return { port, pid: child.pid ?? 0 }
}

/** Asks for one product after the other of the brand. */
function askOf(port: number, route: string, handle: string, bodyOf: (row: number) => object): Ask {
  let row = 7
  const next = () => {
    row = (row + brands * 977) % products
    return bodyOf(row)
  }
  return asker(port, route, handle, next, atOnce)
}

const crowd = (ask: Ask, requests: number) => () =>
  Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let i = 0; i < requests / atOnce; i += 1) await ask()
    }),
  )

async function warmUp(asks: readonly Ask[]): Promise<void> {
  for (const ask of asks) await crowd(ask, 3200)()
}

/** What the process holds of the machine's memory, in MiB. */
const memory = (pid: number) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
