import crypto from 'node:crypto'
import pg from 'pg'
import { startThrowAwayCluster } from '../src/cli/throw-away.ts'
import { accessThrough } from '../src/server/postgres/access.ts'
import { withClient } from '../src/server/postgres/connect.ts'
import { prepareDatabase } from '../src/server/postgres/open.ts'
import { keyedHash } from '../src/server/personal/keyed-hash.ts'
import { KeyRings } from '../src/server/personal/key-rings.ts'
import { renewRing } from '../src/server/personal/renewal.ts'
import { seal, unseal } from '../src/server/personal/seal.ts'
import {
  addCustomers,
  masterKeys,
  newMasterKey,
  person,
  readPeople,
} from '../test/harness/sealed.ts'
import { type Figure, median, milliseconds } from './measure.ts'

const rows = 100_000

export async function measure(): Promise<Figure[]> {
  return [...costOfARow(), ...(await rotation())]
}

/**
 * The median over rounds, in microseconds of processor time for one: what others do on the machine
 * meanwhile does not count, what Node clears up does.
 */
function microseconds(each: number, work: () => unknown): number {
  const times = Array.from({ length: 21 }, () => {
    const start = process.cpuUsage()
    for (let i = 0; i < each; i += 1) work()
    const { user, system } = process.cpuUsage(start)
    return (user + system) / each
  })
  return median(times)
}

/** A customer: four sealed fields, and hashes of mail, phone and address. */
function costOfARow(): Figure[] {
  const newKey = () => crypto.createSecretKey(crypto.randomBytes(32))
  const [key, lookup] = [newKey(), newKey()]
  const who = Object.entries(person(123_456))
  const ref = crypto.randomUUID()
  const bound = (column: string) => ({
    ring: '7',
    kind: `customer_identities.${column}`,
    version: 1,
    ref,
  })
  const hashed = who.filter(([column]) => column !== 'name')
  const encrypt = () => {
    for (const [column, text] of hashed) keyedHash(lookup, column as 'mail', text)
    return who.map(([column, text]) => seal(key, bound(column), text))
  }
  const sealed = encrypt()
  const decrypt = () =>
    who.map(([column], i) => unseal(key, bound(column), sealed[i] ?? Buffer.alloc(0)))
  const [mail] = sealed
  if (mail === undefined || decrypt().join() !== who.map(([, text]) => text).join()) {
    throw new Error('what was sealed does not open')
  }
  const [first] = who.map(([column]) => bound(column))
  if (first === undefined) throw new Error('a person has fields')
  const promised = { unit: 'us', yardstick: 50, against: 'promised' }
  const [encrypted, decrypted] = [microseconds(2000, encrypt), microseconds(2000, decrypt)]
  return [
    { name: 'encrypt a row (4 fields, 3 hashes)', value: encrypted, ...promised, limit: 1 },
    { name: 'decrypt a row (4 fields)', value: decrypted, ...promised, limit: 1 },
    { name: 'both', value: encrypted + decrypted, ...promised, limit: 1 },
    {
      name: 'encrypt a field',
      value: microseconds(5000, () => seal(key, first, who[0]?.[1] ?? '')),
      ...promised,
    },
    {
      name: 'decrypt a field',
      value: microseconds(5000, () => unseal(key, first, mail)),
      ...promised,
    },
    {
      name: 'hash a field',
      value: microseconds(5000, () => keyedHash(lookup, 'mail', 'jane@shop.example')),
      ...promised,
    },
  ]
}

/** With the settings of production, and two people who read all the time. */
async function rotation(): Promise<Figure[]> {
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
      const { rows: made } = await root.query<{ id: string }>(
        `select o.id
         from app_private.create_organization('brand', 'shop', 'Shop', 'UTC', 'EUR') as o`,
      )
      const brand = made[0]?.id ?? ''
      const keys = masterKeys(newMasterKey())
      await addCustomers(root, new KeyRings(keys, root), brand, { count: rows })
      const plain = await milliseconds(() =>
        root.query('update app_private.customer_identities as i set name = i.name'),
      )
      await root.query('vacuum analyze app_private.customer_identities')
      const atRest = await readWhile(access.root, keys, brand, () => pauseOf(3000))
      let seconds = 0
      const meanwhile = await readWhile(access.root, keys, brand, () =>
        withClient(access.as('fluence_server'), async (server) => {
          const rings = new KeyRings(keys, server)
          await rings.rotate(brand)
          const start = performance.now()
          const done = await renewRing(server, rings, brand)
          seconds = (performance.now() - start) / 1000
          if (done.rows !== rows) throw new Error(`renewed ${done.rows} rows`)
        }),
      )
      return [
        {
          name: `rotation of ${rows} rows, 2 readers`,
          value: seconds,
          yardstick: plain / 1000,
          unit: 's',
          against: 'one plain update of the same rows with its audit entries, nobody reading',
        },
        {
          name: 'reads meanwhile that failed',
          value: meanwhile.failed,
          yardstick: meanwhile.times.length,
          unit: 'reads',
          against: 'all of them',
          limit: 0,
        },
        {
          name: 'read and open a customer meanwhile, median',
          value: median(meanwhile.times),
          yardstick: median(atRest.times),
          unit: 'ms',
          against: 'at rest',
        },
      ]
    })
  } finally {
    await cluster.stop()
  }
}

const pauseOf = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

/** How long reads took while something else was done, and how many were not right. */
async function readWhile(
  url: string,
  keys: ReturnType<typeof masterKeys>,
  brand: string,
  work: () => Promise<unknown>,
) {
  const times: number[] = []
  let failed = 0
  const over = new AbortController()
  const readers = [0, 1].map(async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const rings = new KeyRings(keys, client)
    while (!over.signal.aborted) {
      const id = 1 + crypto.randomInt(rows)
      const start = performance.now()
      const found = await readPeople(client, rings, brand, [id]).catch(() => undefined)
      times.push(performance.now() - start)
      if (found?.get(id)?.phone !== person(id).phone) failed += 1
    }
    await client.end()
  })
  await work()
  over.abort()
  await Promise.all(readers)
  return { times, failed }
}
