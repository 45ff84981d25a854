import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { startThrowAwayCluster } from '../src/cli/throw-away.ts'
import { verifyAuditLog } from '../src/server/audit/open.ts'
import { sealsFile, SealsFile, type Seal } from '../src/server/audit/seals-file.ts'
import { inTransactions } from '../src/server/graphql/transactions.ts'
import { type Access, accessThrough } from '../src/server/postgres/access.ts'
import { withClient } from '../src/server/postgres/connect.ts'
import { prepareDatabase } from '../src/server/postgres/open.ts'
import { endPool, makePool } from '../src/server/postgres/pool.ts'
import { signIn } from '../test/harness/sign-in.ts'
import { type Figure, inTurn, milliseconds } from './measure.ts'

const few = 100_000
const many = 1_000_000

/** What the audit log costs a write, as the API makes one, and what it costs to verify it. */
export async function measure(): Promise<Figure[]> {
  const cluster = await startThrowAwayCluster({
    // A commit waits for the disk, as in production.
    settings: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'on' },
  })
  const accessTo = (name: string) => accessThrough(cluster.url(name), cluster.password)
  try {
    await withClient(cluster.url('postgres'), (c) => c.query('create database audited'))
    await prepareDatabase(accessTo('audited'))
    await withClient(accessTo('audited').root, fill)
    await withClient(cluster.url('postgres'), (c) =>
      c.query('create database unaudited template audited'),
    )
    await withClient(accessTo('unaudited').root, dropTriggers)
    const writes = await measureWrites(accessTo('audited'), accessTo('unaudited'))
    return [...writes, ...(await measureVerify(accessTo('audited')))]
  } finally {
    await cluster.stop()
  }
}

async function fill(client: pg.Client): Promise<void> {
  await client.query(
    `insert into app_public.organizations (kind, slug, name, time_zone, currency)
     values ('brand', 'bench', 'Bench', 'UTC', 'EUR')`,
  )
  await client.query(
    `insert into app_public.products
       (brand_id, id, title, category, product_price, cost, currency, stock_quantity)
     select o.id, n, 'Product ' || n, 'Category ' || n % 20, 9.90, 4, 'EUR', 100
     from app_public.organizations as o, generate_series(1, 10000) as n`,
  )
}

const dropTriggers = (client: pg.Client) =>
  client.query(
    `drop trigger _400_audit_insert on app_public.products;
     drop trigger _400_audit_update on app_public.products;
     drop trigger _400_audit_delete on app_public.products`,
  )

type Ask = (text: string, values?: readonly unknown[]) => Promise<unknown>

/** As a request of GraphQL asks: settings, statement and commit, through a pool that pipelines. */
async function door(access: Access): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const handle = await withClient(access.root, async (client) => {
    const { rows } = await client.query<{ id: string }>('select id from app_public.organizations')
    return signIn(client, rows[0]?.id ?? '', 'product_manager', '1 day')
  })
  const pool = makePool(access.as('fluence_authenticator'), 2, () => {}, { pipeline: true })
  const withPgClient = inTransactions(pool)
  const settings = {
    role: 'fluence_product_manager',
    'fluence.session_id': handle,
    statement_timeout: '10000',
    application_name: 'fluence req:bench',
  }
  return {
    ask: (text, values = []) =>
      withPgClient(settings, (client) => client.query({ text, values: [...values] })),
    close: () => endPool(pool),
  }
}

async function measureWrites(on: Access, off: Access): Promise<Figure[]> {
  const [audited, bare] = [await door(on), await door(off)]
  const figures: Figure[] = []
  let n = 0
  const next = () => (n += 1)
  const compare = async (
    name: string,
    rounds: number,
    write: (ask: Ask) => Promise<unknown>,
    limit?: number,
  ) => {
    for (let i = 0; i < rounds / 10; i += 1) for (const { ask } of [audited, bare]) await write(ask)
    const [value, yardstick] = await inTurn(
      rounds,
      () => write(audited.ask),
      () => write(bare.ask),
    )
    process.stderr.write(`  ${name}: ${value.toFixed(2)} and ${yardstick.toFixed(2)} ms\n`)
    figures.push({ name, value, yardstick, unit: 'ms', against: 'not audited', limit })
  }
  await compare(
    'an insert',
    200,
    (ask) =>
      ask(
        `insert into app_public.products (title, category, product_price, currency)
         values ($1, 'Kitchen', 9.90, 'EUR')`,
        [`Product ${next()}`],
      ),
    1.25,
  )
  await compare(
    'an update',
    200,
    (ask) =>
      ask(
        `update app_public.products set stock_quantity = stock_quantity + 1, title = $2
         where brand_id = app_public.current_brand_id() and id = $1`,
        [1 + (next() % 10_000), `Product ${n}`],
      ),
    1.25,
  )
  await compare('an update of 100 rows', 20, (ask) =>
    ask(
      `update app_public.products set stock_quantity = stock_quantity + 1
       where brand_id = app_public.current_brand_id() and id between $1 and $1 + 99`,
      [1 + (next() % 9000)],
    ),
  )
  await Promise.all([audited.close(), bare.close()])
  return figures
}

async function measureVerify(access: Access): Promise<Figure[]> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-bench-'))
  try {
    const first = await verifyWith(access, dataDir, few)
    const all = await verifyWith(access, dataDir, many)
    const scan = await withClient(access.root, (client) =>
      milliseconds(() =>
        client.query('select sum(length(l::text)) from app_public.audit_log as l'),
      ),
    )
    return [
      {
        name: `verify ${many} rows`,
        value: all.ms / 1000,
        yardstick: scan / 1000,
        unit: 's',
        against: 'reading them as text',
      },
      {
        name: `memory of verify, ${many} rows`,
        value: all.rss / 2 ** 20,
        yardstick: first.rss / 2 ** 20,
        unit: 'MiB',
        against: `${few} rows`,
        limit: 1.25,
      },
    ]
  } finally {
    fs.rmSync(dataDir, { recursive: true })
  }
}

/** Fills the log up to so many rows, seals it, and verifies it: how long, and the most memory. */
async function verifyWith(
  access: Access,
  dataDir: string,
  total: number,
): Promise<{ ms: number; rss: number }> {
  await withClient(access.root, async (client) => {
    await client.query(
      `insert into app_public.audit_log
         (series, organization_id, action, door, user_id, role, object, row_key, before, after)
       select 1, 1, 'update', 'app', 7, 'product_manager', 'app_public.products',
         jsonb_build_object('brand_id', 1, 'id', n), jsonb_build_object('stock_quantity', n),
         jsonb_build_object('stock_quantity', n + 1)
       from generate_series(1, $1 - (select count(*) from app_public.audit_log)) as n`,
      [total],
    )
    await client.query('vacuum analyze app_public.audit_log')
    await sealAll(client, new SealsFile(sealsFile(dataDir)))
  })
  let rss = 0
  const sampling = setInterval(() => {
    rss = Math.max(rss, process.memoryUsage.rss())
  }, 20)
  const ms = await milliseconds(async () => {
    const result = await verifyAuditLog(access, dataDir, ({ says }) => {
      throw new Error(says)
    })
    if (result.rows < total || result.unsealed > 0 || result.compared !== result.blocks) {
      throw new Error(`not all was verified: ${JSON.stringify(result)}`)
    }
  })
  clearInterval(sampling)
  return { ms, rss }
}

async function sealAll(client: pg.Client, file: SealsFile): Promise<void> {
  await client.query('set synchronous_commit = off')
  for (;;) {
    const { rows } = await client.query<{ n: number }>('select app_private.seal_audit_log(1000) n')
    if (rows[0]?.n === 0) break
  }
  for (;;) {
    const { rows } = await client.query<Seal>(
      `select s.block::text as block, s.hash, s.rows, s.sealed_at as "sealedAt"
       from app_private.list_audit_seals($1) as s`,
      [file.last()?.block ?? '0'],
    )
    if (rows.length === 0) return
    file.append(rows)
  }
}
