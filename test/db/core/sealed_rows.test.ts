import crypto from 'node:crypto'
import pg from 'pg'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { noLog } from '../../../src/server/log.ts'
import { type Database, KeyRings } from '../../../src/server/personal/key-rings.ts'
import { renewRing } from '../../../src/server/personal/renewal.ts'
import { seal, unseal } from '../../../src/server/personal/seal.ts'
import renewTask from '../../../worker/tasks/core__renew_sealed_rows.ts'
import type { TestDatabase } from '../../harness/database.ts'
import {
  addCustomers,
  masterKeys,
  newMasterKey,
  person,
  readPeople,
  rewrite,
} from '../../harness/sealed.ts'
import { test } from '../../harness/test.ts'

const master = newMasterKey()

const open = async (url: string) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

let brands = 0

/** A new brand with customers, and connections of the superuser and of the server. */
async function shop(database: TestDatabase, count: number) {
  const superuser = await open(database.superuserUrl)
  const server = await open(database.access.as('fluence_server'))
  const { rows } = await superuser.query(
    `select o.id from app_private.create_organization('brand', $1, 'Shop', 'UTC', 'EUR') as o`,
    [`shop-${++brands}`],
  )
  const brand: string = rows[0].id
  const rings = new KeyRings(masterKeys(master), server)
  await addCustomers(superuser, rings, brand, { count })
  return { superuser, server, brand, rings }
}

const old = (superuser: pg.Client, brand: string, version: number) =>
  superuser.query(
    `select from app_private.customer_identities as i where i.brand_id = $1 and i.key_version < $2`,
    [brand, version],
  )

describe('a rotation', () => {
  test('leaves nothing behind and changes nothing else', async ({ database }) => {
    const { superuser, server, brand, rings } = await shop(database, 1234)
    const other = await shop(database, 3)
    const rest = `select i.customer_id, i.person_ref, i.mail_hash, i.phone_hash, i.address_hash,
        i.whole_hash
      from app_private.customer_identities as i where i.brand_id = $1 order by i.customer_id`
    const before = await superuser.query(rest, [brand])
    const entries = `select from app_public.audit_log as a
      where a.object = 'app_private.customer_identities' and a.action = 'update'`
    const { rowCount: told } = await superuser.query(entries)

    await rings.rotate(brand)
    const seen: number[] = []
    const tell = (rows: number) => void seen.push(rows)
    expect(await renewRing(server, rings, brand, { tell })).toEqual({ rows: 1234, damaged: [] })
    expect(seen.at(-1)).toBe(1234)

    const people = await readPeople(superuser, rings, brand)
    expect(people.size).toBe(1234)
    for (const [id, who] of people) expect(who).toEqual({ ...person(id), version: 2 })
    expect((await superuser.query(rest, [brand])).rows).toEqual(before.rows)
    expect((await readPeople(superuser, rings, other.brand)).get(1)?.version).toBe(1)
    // The entry of the new key covers them.
    expect((await superuser.query(entries)).rowCount).toBe(told)
  })

  test('that was cut off goes on', async ({ database }) => {
    const { superuser, server, brand, rings } = await shop(database, 300)
    await rings.rotate(brand)
    let batches = 0
    const dying: Database = {
      query: (text, values) => {
        if (text.includes('renew_sealed_rows') && ++batches === 3) throw new Error('killed')
        return server.query(text, values)
      },
    }
    await expect(renewRing(dying, rings, brand, { batch: 50 })).rejects.toThrow('killed')
    const { rowCount: left } = await old(superuser, brand, 2)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(300)
    expect(await renewRing(server, rings, brand, { batch: 50 })).toMatchObject({ rows: left })
    for (const [id, who] of await readPeople(superuser, rings, brand)) {
      expect(who).toEqual({ ...person(id), version: 2 })
    }
  })

  test('is right while others rotate, read and write', async ({ database }) => {
    const count = 2000
    const { superuser, brand, rings } = await shop(database, count)
    const connections = await Promise.all(
      Array.from({ length: 4 }, () => open(database.superuserUrl)),
    )
    const expected = new Map(Array.from({ length: count }, (_, i) => [i + 1, person(i + 1)]))
    const over = new AbortController()
    let [reads, writes, failures] = [0, 0, 0]
    const until = async (work: () => Promise<unknown>) => {
      while (!over.signal.aborted) await work().catch(() => void (failures += 1))
    }
    const someone = () => 1 + crypto.randomInt(count)
    const reader = (client: pg.Client) =>
      until(async () => {
        const found = await readPeople(client, rings, brand, [someone(), someone()])
        reads += found.size
      })
    // Each writes customers of its own, so that it knows what was written last.
    const writer = (client: pg.Client, parity: number) => {
      const own = new KeyRings(masterKeys(master), client)
      return until(async () => {
        const id = Math.max(2, someone() & ~1) - parity
        const who = person(id, ++writes % 100)
        await rewrite(client, own, brand, id, who)
        expected.set(id, who)
      })
    }
    const [one, two, three, four] = connections as [pg.Client, pg.Client, pg.Client, pg.Client]
    const others = [reader(one), reader(two), writer(three, 0), writer(four, 1)]

    for (const _ of [2, 3]) {
      await rings.rotate(brand)
      const both = await Promise.all(
        [1, 2].map(async () => {
          const client = await open(database.access.as('fluence_server'))
          const own = new KeyRings(masterKeys(master), client)
          return renewRing(client, own, brand, { batch: 100 })
        }),
      )
      expect(both.flatMap(({ damaged }) => damaged)).toEqual([])
    }
    over.abort()
    await Promise.all(others)
    // One may have asked for the key before the last rotation, and written after it.
    await renewRing(await open(database.access.as('fluence_server')), rings, brand)
    expect((await old(superuser, brand, 3)).rowCount).toBe(0)
    expect(failures).toBe(0)
    expect(reads).toBeGreaterThan(0)
    expect(writes).toBeGreaterThan(0)
    const people = await readPeople(superuser, rings, brand)
    expect(people.size).toBe(count)
    for (const [id, who] of people) expect(who).toEqual({ ...expected.get(id), version: 3 })
  })

  test('waits for a row that somebody holds, and does not take what he wrote back', async ({
    database,
  }) => {
    const { superuser, server, brand, rings } = await shop(database, 20)
    const holder = await open(database.superuserUrl)
    const late = new KeyRings(masterKeys(master), holder)
    await holder.query('begin')
    await rewrite(holder, late, brand, 7, person(7, 1))
    await rings.rotate(brand)
    let renewed = 0
    const renewing = renewRing(server, rings, brand, { tell: (rows) => void (renewed = rows) })
    await vi.waitUntil(() => renewed === 19, { timeout: 20_000 })
    await holder.query('commit')
    expect(await renewing).toEqual({ rows: 20, damaged: [] })
    const people = await readPeople(superuser, rings, brand)
    expect(people.get(7)).toEqual({ ...person(7, 1), version: 2 })
  })

  test('leaves a row alone that was written since it was read', async ({ database }) => {
    const { superuser, server, brand, rings } = await shop(database, 1)
    await rings.rotate(brand)
    const { rows } = await server.query(
      `select r.* from app_private.next_sealed_rows($1, $2, 2, $3, 10) as r`,
      ['app_private.customer_identities', brand, '00000000-0000-0000-0000-000000000000'],
    )
    await rewrite(superuser, rings, brand, 1, person(1, 1))
    const stale = await server.query(
      'select app_private.renew_sealed_rows($1, $2, 2, $3) as count',
      ['app_private.customer_identities', brand, JSON.stringify(rows)],
    )
    expect(stale.rows).toEqual([{ count: 0 }])
    expect((await readPeople(superuser, rings, brand)).get(1)).toMatchObject(person(1, 1))
  })

  test('names a row that does not open, and renews the others', async ({ database }) => {
    const { superuser, server, brand, rings } = await shop(database, 30)
    const { rows } = await superuser.query<{ person_ref: string }>(
      `update app_private.customer_identities as i set name = i.mail
       where i.brand_id = $1 and i.customer_id = 5 returning i.person_ref`,
      [brand],
    )
    await rings.rotate(brand)
    const table = 'app_private.customer_identities'
    expect(await renewRing(server, rings, brand, { batch: 7 })).toEqual({
      rows: 29,
      damaged: [{ table, person_ref: rows[0]?.person_ref }],
    })
    expect((await old(superuser, brand, 2)).rowCount).toBe(1)
    // The worker fails rather than keep it to itself.
    await expect(runTask(database)).rejects.toThrow('FL909')
    await rewrite(superuser, rings, brand, 5, person(5))
    await runTask(database)
  })

  test('finds the tables in the catalogue, of the house too', async ({ database }) => {
    const { superuser, server, brand, rings } = await shop(database, 2)
    await superuser.query(`
      create table app_private."Odd Notes" (
        person_ref uuid primary key,
        key_version integer not null,
        "the Note" app_private.sealed not null,
        other app_private.sealed
      );
      alter table app_private."Odd Notes" owner to fluence_owner;
      grant select, update on app_private."Odd Notes" to fluence_definer`)
    onTestFinished(async () => {
      await superuser.query('drop table app_private."Odd Notes"')
    })
    const { version, key } = await rings.forSealing('0')
    const bound = { ring: '0', kind: 'Odd Notes.the Note', version, ref: crypto.randomUUID() }
    await superuser.query('insert into app_private."Odd Notes" values ($1, $2, $3)', [
      bound.ref,
      version,
      seal(key, bound, 'of the house'),
    ])
    await rings.rotate('0')
    expect(await renewRing(server, rings, '0')).toEqual({ rows: 1, damaged: [] })
    expect(await renewRing(server, rings, brand)).toEqual({ rows: 0, damaged: [] })
    const { rows } = await superuser.query('select * from app_private."Odd Notes"')
    const renewed = await rings.forSealing('0')
    expect(rows[0]).toMatchObject({ key_version: 2, other: null })
    expect(unseal(renewed.key, { ...bound, version: 2 }, rows[0]['the Note'])).toBe('of the house')
  })

  test('does not touch what has no sealed columns, whoever asks', async ({ story }) => {
    await story.atDoor('fluence_server')
    for (const table of ['app_public.users', 'app_private.data_keys', 'x; drop table y']) {
      await story.rejects('FL002', 'select app_private.renew_sealed_rows($1, 0, 2, $2)', [
        table,
        '[]',
      ])
      await story.rejects('FL002', 'select * from app_private.next_sealed_rows($1, 0, 2, $2, 1)', [
        table,
        crypto.randomUUID(),
      ])
    }
  })
})

/** The worker's task once, as the crontab asks for it. */
async function runTask(database: TestDatabase): Promise<void> {
  vi.stubEnv('DATABASE_URL', database.superuserUrl)
  vi.stubEnv('FLUENCE_MASTER_KEY', master.toString('base64'))
  onTestFinished(() => void vi.unstubAllEnvs())
  const worker = await open(database.access.as('fluence_worker'))
  const helpers = {
    job: { id: '1', task_identifier: 'test', attempts: 1, max_attempts: 1 },
    withPgClient: (work: (client: pg.Client) => unknown) => work(worker),
  }
  const task = renewTask.run({ log: noLog, home: '' })
  await task({ _cron: { ts: '2024-01-01T00:00:00Z' } }, helpers as never)
}

test('the worker renews what a late writer sealed with the old key', async ({ database }) => {
  const { superuser, server, brand, rings } = await shop(database, 10)
  const toRenew = async () =>
    (await server.query('select r.ring from app_private.rings_to_renew() as r (ring)')).rows
  await rings.rotate(brand)
  await renewRing(server, rings, brand)
  expect(await toRenew()).not.toContainEqual({ ring: brand })
  // As one does who asked for the key before the rotation, and committed after it.
  const { rows: keys } = await server.query('select * from app_private.read_data_keys($1)', [brand])
  const late = new KeyRings(masterKeys(master), {
    query: async (text, values) =>
      text.includes('read_data_keys')
        ? { rows: keys.filter(({ version }) => version === 1) }
        : superuser.query(text, values),
  })
  await rewrite(superuser, late, brand, 3, person(3, 1))
  expect(await toRenew()).toContainEqual({ ring: brand })
  await runTask(database)
  expect(await toRenew()).not.toContainEqual({ ring: brand })
  expect((await readPeople(superuser, rings, brand)).get(3)).toEqual({
    ...person(3, 1),
    version: 2,
  })
})
