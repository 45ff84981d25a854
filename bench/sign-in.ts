import { type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { startThrowAwayCluster } from '../src/cli/throw-away.ts'
import { makePasswords } from '../src/server/identity/passwords.ts'
import { accessThrough } from '../src/server/postgres/access.ts'
import { withClient } from '../src/server/postgres/connect.ts'
import { prepareDatabase } from '../src/server/postgres/open.ts'
import { signIn } from '../test/harness/sign-in.ts'
import { type Figure, inTurn, milliseconds } from './measure.ts'
import { asker, startServer } from './server.ts'

const people = 30
const rounds = 5
const password = 'Mild-Carpet-57'

/** What a flood of logins does to everybody else, and what asking who is calling costs. */
export async function measure(): Promise<Figure[]> {
  const cluster = await startThrowAwayCluster({ settings: { shared_buffers: '256MB' } })
  const children: ChildProcess[] = []
  try {
    await withClient(cluster.url('postgres'), (c) => c.query('create database fluence'))
    const access = accessThrough(cluster.url('fluence'), cluster.password)
    await prepareDatabase(access)
    const handle = await withClient(access.root, fill)
    const { port } = await startServer(access.root, cluster.password, children)
    const read = asker(port, '/graphql', handle, () => ({
      query: '{ product(brandId: "1", rowId: "7") { title productPrice } }',
    }))
    const logIn = (person: number) =>
      asker(port, '/graphql', undefined, () => ({
        query: `mutation { login(mail: "p${person}@shop.example", password: "${password}") {
          outcome } }`,
      }))()
    for (let i = 0; i < 3000; i += 1) await read()
    return [...(await flood(read, logIn)), ...(await check(access.as('fluence_server'), handle))]
  } finally {
    for (const child of children) {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'close')
    }
    await cluster.stop()
  }
}

/** A brand with one product, an analyst's session, and people who can log in. */
async function fill(root: pg.Client): Promise<string> {
  await root.query(
    `select app_private.create_organization('brand', 'shop', 'Shop', 'UTC', 'EUR');
     insert into app_public.products (brand_id, id, title, category, product_price, currency)
     values (1, 7, 'Apron', 'Kitchen', 39.90, 'EUR')`,
  )
  const passwords = makePasswords()
  const hash = await passwords.hashPassword(password)
  await passwords.close()
  await root.query(
    `select app_private.create_account('p' || n || '@shop.example', 'Person', 'en', $1)
     from generate_series(1, ${people}) as n`,
    [hash],
  )
  return signIn(root, '1', 'analyst', '1 day')
}

/** Reads one after the other, for as long as all the logins take, and for as long without them. */
async function flood(
  read: () => Promise<unknown>,
  logIn: (person: number) => Promise<unknown>,
): Promise<Figure[]> {
  const times = { with: [] as number[], without: [] as number[] }
  const logins: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const over = new AbortController()
    const start = performance.now()
    const all = Promise.all(Array.from({ length: people }, (_, i) => logIn(i + 1))).finally(() =>
      over.abort(),
    )
    while (!over.signal.aborted) times.with.push(await milliseconds(read))
    await all
    const took = performance.now() - start
    logins.push(took / people)
    const quiet = performance.now()
    while (performance.now() - quiet < took) times.without.push(await milliseconds(read))
  }
  const at = (values: number[], share: number) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
  const figure = { unit: 'ms', against: 'without logins' }
  return [
    {
      name: `keyed read while ${people} log in at once, p95`,
      value: at(times.with, 0.95),
      yardstick: at(times.without, 0.95),
      ...figure,
      limit: 2,
    },
    {
      name: `keyed read while ${people} log in at once, median`,
      value: at(times.with, 0.5),
      yardstick: at(times.without, 0.5),
      ...figure,
    },
    {
      name: 'one login of those',
      value: at(logins, 0.5),
      yardstick: 250,
      unit: 'ms',
      against: 'bcrypt at cost 12, about',
    },
  ]
}

/** The question that each request begins with, as the server asks it. */
async function check(url: string, handle: string): Promise<Figure[]> {
  return withClient(url, async (client) => {
    const ask = () =>
      client.query({
        name: 'check_session',
        text: 'select role, acting_brand_id as brand, use_is_due from app_private.check_session($1)',
        values: [handle],
      })
    const nothing = () =>
      client.query({ name: 'nothing', text: 'select 1 where $1 = 0', values: [1] })
    for (let i = 0; i < 500; i += 1) await Promise.all([ask(), nothing()])
    const [value, bare] = await inTurn(5000, ask, nothing)
    return [
      {
        name: 'the check of a session, median',
        value,
        yardstick: 0.3,
        unit: 'ms',
        against: 'promised',
        limit: 1,
      },
      {
        name: 'of which the way there and back',
        value: bare,
        yardstick: value,
        unit: 'ms',
        against: 'the check',
      },
    ]
  })
}
