import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { refusalsIn, startServerLogReader } from '../../src/server/audit/server-log.ts'
import { noLog } from '../../src/server/log.ts'
import { type Access, accessThrough } from '../../src/server/postgres/access.ts'
import { type Cluster, startCluster } from '../../src/server/postgres/cluster.ts'
import { prepareDatabase } from '../../src/server/postgres/open.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { makeFolder, query, removeFolder } from '../harness/processes.ts'

let dir: string
let cluster: Cluster
let access: Access

beforeAll(async () => {
  dir = makeFolder()
  cluster = await startCluster({ dir: path.join(dir, 'data') })
  await query(cluster.url('postgres'), 'create database fluence')
  access = accessThrough(cluster.url('fluence'), cluster.password)
  await prepareDatabase(access)
})

afterAll(async () => {
  await cluster.stop()
  await removeFolder(dir)
})

interface Entry {
  readonly login: string
  readonly object: string
  readonly reason: string
  readonly organization: string | null
}

const entries = () =>
  query<Entry>(
    access.root,
    `select l.login, l.object, l.reason, l.organization_id::text as organization
     from app_public.audit_log as l where l.door = 'sql' and l.action = 'refuse'
     order by l.login, l.object`,
  )

const timesOf = ({ reason }: Entry) => Number(/, (\d+) times/.exec(reason)?.[1] ?? 1)

/** A database login of a new brand, and its connection. */
async function login(slug: string): Promise<{ client: pg.Client; brand: string }> {
  const [row] = await query<{ id: string }>(
    access.root,
    `select o.id from app_private.create_organization('brand', '${slug}', 'A', 'UTC', 'EUR') as o`,
  )
  const brand = row?.id ?? ''
  await query(
    access.root,
    `create role bi_${slug} login password 'secret' in role fluence_analyst;
     grant connect on database fluence to bi_${slug};
     insert into app_private.database_logins
       (login_oid, login_name, organization_id, acting_brand_id, role)
     values ('bi_${slug}'::regrole, 'bi_${slug}', ${brand}, ${brand}, 'analyst')`,
  )
  const url = new URL(access.root)
  url.username = `bi_${slug}`
  url.password = 'secret'
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  onTestFinished(() => client.end())
  return { client, brand }
}

const read = () => {
  const reader = startServerLogReader({
    url: access.as('fluence_worker'),
    folder: cluster.folder.logs,
    log: noLog,
    everyMs: 50,
  })
  return () => reader.stop()
}

describe("what PostgreSQL refuses to people's own logins", () => {
  test('is taken from its log once, without statements and values', async () => {
    const { client, brand } = await login('acme')
    const refused = async (sql: string) => {
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' })
    }
    await refused(`select 'canary' from app_public.audit_log`)
    await refused(`select 'canary' from app_private.sessions`)
    await expect(client.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' })
    let stop = read()
    await until(20_000, async () => (await entries()).length >= 2)
    await stop()
    const mine = { login: 'bi_acme', organization: brand }
    expect(await entries()).toMatchObject([
      { ...mine, object: 'schema app_private' },
      { ...mine, object: 'table audit_log', reason: '42501' },
    ])

    stop = read()
    for (let n = 0; n < 40; n += 1) await refused('table app_public.audit_log')
    const total = async () =>
      (await entries())
        .filter(({ object }) => object === 'table audit_log')
        .reduce((sum, entry) => sum + timesOf(entry), 0)
    await until(20_000, async () => (await total()) === 41)
    await stop()
    expect(await total()).toBe(41)
    const [canaries] = await query<{ n: number }>(
      access.root,
      `select count(*)::int as n from app_public.audit_log as l where l::text ~ 'canary'`,
    )
    expect(canaries?.n).toBe(0)
  })

  test('is not mixed up with what it refuses to the house, or in another database', () => {
    const line = (told: object) =>
      JSON.stringify({
        timestamp: '2026-01-31 10:20:30.123 UTC',
        user: 'bi_acme',
        dbname: 'fluence',
        state_code: '42501',
        message: 'permission denied for table products',
        ...told,
      })
    const text = [
      line({}),
      line({ timestamp: '2026-01-31 10:20:59.999 UTC' }),
      line({ timestamp: '2026-01-31 10:21:00.000 UTC' }),
      line({ user: 'fluence_server' }),
      line({ dbname: 'other' }),
      line({ state_code: '42P01' }),
      'no JSON "42501"',
    ].join('\n')
    expect(refusalsIn(text, 'fluence')).toMatchObject([
      { login: 'bi_acme', object: 'table products', times: 2 },
      { login: 'bi_acme', object: 'table products', times: 1 },
    ])
  })

  test('fills no disk, however many kinds there are', () => {
    const lines = Array.from({ length: 5000 }, (_, n) =>
      JSON.stringify({
        timestamp: '2026-01-31 10:20:30.123 UTC',
        user: 'bi_acme',
        dbname: 'fluence',
        state_code: '42501',
        message: `permission denied for table t${n}`,
      }),
    )
    const found = refusalsIn(lines.join('\n'), 'fluence')
    expect(found).toHaveLength(101)
    expect(found.reduce((sum, { times }) => sum + times, 0)).toBe(5000)
  })
})
