import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import pg from 'pg'
import { startThrowAwayCluster } from '../src/cli/throw-away.ts'
import { projectDir } from '../src/server/env.ts'
import { type Access, accessThrough } from '../src/server/postgres/access.ts'
import { withClient } from '../src/server/postgres/connect.ts'
import { prepareDatabase } from '../src/server/postgres/open.ts'
import { pause, until } from '../src/server/postgres/processes.ts'
import { signIn } from '../test/harness/sign-in.ts'
import { type Figure, inTurn } from './measure.ts'

const rate = 2000
const seconds = 10
const writers = 4
/** Products that one transaction adds, so events that it writes. */
const size = 4

/** With the settings of production: every transaction waits for its disk. */
export async function measure(): Promise<Figure[]> {
  const cluster = await startThrowAwayCluster({
    settings: {
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      autovacuum: 'on',
      shared_buffers: '256MB',
    },
  })
  try {
    await withClient(cluster.url('postgres'), (c) => c.query('create database fluence'))
    const access = accessThrough(cluster.url('fluence'), cluster.password)
    await prepareDatabase(access)
    return await withClient(access.root, async (root) => {
      const shop = await openShop(root, access)
      const cost = await costOfEvents(root, shop)
      const stopWorker = await startWorker(access.root, cluster.password)
      try {
        return [...cost, ...(await throughTheWorker(root, shop))]
      } finally {
        await stopWorker()
        await Promise.all(shop.clients.map((client) => client.end()))
      }
    })
  } finally {
    await cluster.stop()
  }
}

interface Shop {
  /** Where it is told that a feed has grown. */
  readonly channel: string
  /** Product managers at the server's door. */
  readonly clients: readonly pg.Client[]
}

async function openShop(root: pg.Client, access: Access): Promise<Shop> {
  await root.query(scenery)
  const { rows } = await root.query(
    `select o.id, app_private.feed_channel() as channel
     from app_private.create_organization('brand', 'shop', 'Shop', 'UTC', 'EUR') as o`,
  )
  const handle = await signIn(root, rows[0].id, 'product_manager', '1 day')
  const open = async () => {
    const client = new pg.Client({ connectionString: access.as('fluence_authenticator') })
    await client.connect()
    await client.query(
      `select set_config('role', 'fluence_product_manager', false),
              set_config('fluence.session_id', $1, false)`,
      [handle],
    )
    return client
  }
  const clients = await Promise.all(Array.from({ length: writers }, open))
  return { channel: rows[0].channel, clients }
}

/** What the task of the benchmark does, as the functions of tasks do it. */
const scenery = `
  create schema bench;
  grant usage on schema bench to fluence_worker;
  create function bench.tell(event_id bigint, product_id text) returns void
  language plpgsql security definer as $$
  begin
    if app_private.settle_event(tell.event_id) then
      perform pg_notify('bench', tell.product_id);
    end if;
  end $$;
  grant execute on function bench.tell(bigint, text) to fluence_worker`

/** One transaction; the numbers of the products. */
async function add(client: pg.Client, products: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: `add ${products}`,
    text: `insert into app_public.products (title, category, product_price, currency)
           select 'Apron', 'Kitchen', 39.90, 'EUR' from generate_series(1, ${products})
           returning id`,
  })
  return rows.map(({ id }) => id)
}

/** The same work of all writers, with the trigger that writes the events and without it. */
async function costOfEvents(root: pg.Client, { clients }: Shop): Promise<Figure[]> {
  const kinds = [
    { name: 'one product in a request', each: 150, work: asRequest, limit: slowest },
    { name: 'one product, bare', each: 300, work: (client: pg.Client) => add(client, 1) },
    { name: '1,000 products at once', each: 2, work: (client: pg.Client) => add(client, 1000) },
  ]
  const figures: Figure[] = []
  for (const { name, each, work, limit } of kinds) {
    const write = (trigger: 'enable' | 'disable') => async () => {
      await root.query(`alter table app_public.products ${trigger} trigger _500_emit_added`)
      await Promise.all(
        clients.map(async (client) => {
          for (let i = 0; i < each; i += 1) await work(client)
        }),
      )
    }
    for (const trigger of ['enable', 'disable'] as const) await write(trigger)()
    const [value, yardstick] = await inTurn(20, write('enable'), write('disable'))
    const all = each * clients.length
    figures.push({
      name: `transaction of ${name}, ${writers} writers`,
      value: value / all,
      yardstick: yardstick / all,
      unit: 'ms',
      against: 'without events',
      limit,
    })
    await root.query('truncate app_private.outbox')
  }
  await root.query('alter table app_public.products enable trigger _500_emit_added')
  return figures
}

/** That is 0.85 of the writers' speed. */
const slowest = 1.176

/** As the server does it for each request. */
async function asRequest(client: pg.Client): Promise<void> {
  await client.query('begin')
  await client.query(`select set_config('statement_timeout', '10000', true)`)
  await add(client, 1)
  await client.query('commit')
}

async function startWorker(url: string, secret: string): Promise<() => Promise<void>> {
  const { PATH, HOME } = process.env
  const worker = spawn(process.execPath, [path.join(projectDir, 'bench/outbox-worker.ts')], {
    cwd: projectDir,
    env: { PATH, HOME, DATABASE_URL: url, FLUENCE_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(worker.stdout, 'data')
  return async () => {
    worker.kill('SIGTERM')
    await once(worker, 'close')
  }
}

/** From each commit to the end of its event's job, and to its entry in the feed: by our clock. */
async function throughTheWorker(root: pg.Client, { channel, clients }: Shop): Promise<Figure[]> {
  const wanted = rate * seconds
  const committed = new Map<string, number>()
  const done = new Map<string, number>()
  const told = new Map<string, number>()
  let position = '0'
  const readFeed = async () => {
    const { rows } = await root.query<{ product: string; position: string }>({
      name: 'read feed',
      text: `select e.payload ->> 'product_id' as product, e.position
             from app_private.feed_entries as e where e.position > $1 order by e.position`,
      values: [position],
    })
    for (const row of rows) told.set(row.product, performance.now())
    position = rows.at(-1)?.position ?? position
  }
  root.on('notification', (heard) => {
    if (heard.channel === 'bench') done.set(heard.payload ?? '', performance.now())
    else void readFeed()
  })
  await root.query(`listen bench; listen ${channel}`)

  let begun = 0
  const start = performance.now()
  const isDue = () => begun + size <= ((performance.now() - start) / 1000) * rate
  await Promise.all(
    clients.map(async (client) => {
      while (begun < wanted) {
        if (!isDue()) {
          await pause(1)
          continue
        }
        begun += size
        const ids = await add(client, size)
        for (const id of ids) committed.set(id, performance.now())
      }
    }),
  )
  await until(60_000, () => done.size >= wanted && told.size >= wanted)
  const end = performance.now()
  const delay = (reached: Map<string, number>, part: number) => {
    const delays = [...committed]
      .map(([id, moment]) => Math.max(0, (reached.get(id) ?? Infinity) - moment))
      .toSorted((a, b) => a - b)
    return delays[Math.floor(delays.length * part)] ?? Number.NaN
  }
  const promised = { unit: 'ms', against: 'promised', yardstick: 500 }
  return [
    {
      name: `${wanted} events at ${rate} a second, first commit to last job done`,
      value: (end - start) / 1000,
      yardstick: seconds,
      unit: 's',
      against: 'time of the writers',
      limit: 1.05,
    },
    { name: 'commit to job done, median', value: delay(done, 0.5), ...promised },
    { name: 'commit to job done, p95', value: delay(done, 0.95), ...promised, limit: 1 },
    { name: 'commit to entry in the feed, p95', value: delay(told, 0.95), ...promised, limit: 1 },
  ]
}
