import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { KeyRings } from '../../src/server/personal/key-rings.ts'
import { MasterKey } from '../../src/server/personal/master-key.ts'
import { cloneDatabase } from '../harness/database.ts'
import {
  cli,
  expectRefusal,
  freePort,
  query,
  run,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'
import { addCustomers, masterKeys, newMasterKey, person, readPeople } from '../harness/sealed.ts'

type Environment = Record<string, string>

const keys = (env: Environment, ...args: string[]) =>
  run({ command: [...cli, 'keys', ...args], env })

async function json<T>(env: Environment, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await keys(env, ...args, '--json')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return JSON.parse(stdout) as T
}

const inBase64 = (key: Buffer) => key.toString('base64')

/** Somebody else's server with a brand that has customers. */
async function shop(count: number) {
  const clone = await cloneDatabase()
  onTestFinished(() => clone.drop())
  const superuser = new pg.Client({ connectionString: clone.superuserUrl })
  await superuser.connect()
  onTestFinished(() => superuser.end())
  const { rows } = await superuser.query(
    `select o.id from app_private.create_organization('brand', 'shop', 'Shop', 'UTC', 'EUR') as o`,
  )
  const brand: string = rows[0].id
  const url = new URL(clone.superuserUrl)
  Object.assign(url, { username: 'installer', password: inject('secret') })
  const master = newMasterKey()
  const rings = new KeyRings(masterKeys(master), superuser)
  await addCustomers(superuser, rings, brand, { count })
  const env = { DATABASE_URL: url.href, FLUENCE_MASTER_KEY: inBase64(master) }
  const old = async () => {
    const found = await superuser.query<{ count: number }>(
      `select count(*)::int as count from app_private.customer_identities as i
       where i.brand_id = $1 and i.key_version < 2`,
      [brand],
    )
    return found.rows[0]?.count ?? 0
  }
  return { env, superuser, brand, rings, master, old }
}

interface Rotated {
  readonly version: number
  readonly resumed: boolean
  readonly renewed: number
}

describe('fluence keys rotate', () => {
  test('killed in the middle, goes on when called again, and no reader notices', async () => {
    const count = 10_000
    const { env, superuser, brand, rings, old } = await shop(count)
    const over = new AbortController()
    onTestFinished(() => over.abort())
    let [reads, failures] = [0, 0]
    const reading = (async () => {
      while (!over.signal.aborted) {
        const id = 1 + (reads % count)
        const found = await readPeople(superuser, rings, brand, [id]).catch(() => undefined)
        if (found?.get(id)?.mail !== person(id).mail) failures += 1
        reads += 1
      }
    })()
    let killed = 0
    for (const share of [0.9, 0.5]) {
      const program = start({ command: [...cli, 'keys', 'rotate', '--org', 'shop'], env })
      while ((await old()) > count * share && program.ended === undefined);
      program.signal('SIGKILL')
      if ((await program.end()) === 'SIGKILL') killed += 1
      expect(await old()).toBeGreaterThan(0)
    }
    expect(killed).toBe(2)
    const left = await old()
    expect(left).toBeLessThan(count * 0.5 + 1)
    expect(await json<Rotated>(env, 'rotate', '--org', 'shop')).toEqual({
      version: 2,
      resumed: true,
      renewed: left,
      damaged: [],
    })
    over.abort()
    await reading
    expect(failures).toBe(0)
    expect(reads).toBeGreaterThan(0)
    const people = await readPeople(superuser, rings, brand)
    expect(people.size).toBe(count)
    for (const [id, who] of people) expect(who).toEqual({ ...person(id), version: 2 })
    const next = await json<Rotated>(env, 'rotate', '--org', 'shop')
    expect(next).toMatchObject({ version: 3, resumed: false, renewed: count })
  })

  test('shows what it did, and what is to be done', async () => {
    const { env, master } = await shop(3)
    const rotated = await keys(env, 'rotate', '--org', 'shop')
    expect(rotated.stdout).toBe('Made key 2 and renewed 3 rows.\n')
    const house = await keys(env, 'rotate', '--house')
    expect(house.stdout).toBe('Made key 2 and renewed 0 rows.\n')
    const id = new MasterKey(master).id
    const all = await json<object[]>(env, 'list')
    const key = { master_key_id: id, created_at: expect.stringMatching(/Z$/), to_renew: 0 }
    const seal = { ...key, purpose: 'seal' }
    expect(all).toEqual([
      { ...seal, organization: '(the house)', version: 1, sealed_rows: 0 },
      { ...seal, organization: '(the house)', version: 2, sealed_rows: 0 },
      { ...seal, organization: 'shop', version: 1, sealed_rows: 0 },
      { ...seal, organization: 'shop', version: 2, sealed_rows: 3 },
      { ...key, purpose: 'lookup', organization: 'shop', version: 1, sealed_rows: 0 },
    ])
  })

  test('is refused without a brand, or with an unknown one', async () => {
    const { env } = await shop(0)
    expectRefusal(await keys(env, 'rotate'), /Whose key\?/)
    expectRefusal(await keys(env, 'rotate', '--org', 'x', '--house'), /Whose key\?/)
    expectRefusal(await keys(env, 'rotate', '--org', 'nobody'), /There is no organization "nobody"/)
  })
})

describe('a master key', () => {
  test('is replaced although the command is killed again and again', async () => {
    const { env, superuser, brand, master } = await shop(5)
    const before = new KeyRings(masterKeys(master), superuser)
    const rings = Array.from({ length: 300 }, (_, i) => String(1000 + i))
    for (const ring of rings) await before.forSealing(ring)
    const next = newMasterKey()
    const both = {
      ...env,
      FLUENCE_MASTER_KEY: inBase64(next),
      FLUENCE_MASTER_KEY_PREVIOUS: inBase64(master),
    }
    const wrapped = async () => {
      const { rows } = await superuser.query<{ count: number }>(
        'select count(*)::int as count from app_private.data_keys as k where k.master_key_id = $1',
        [new MasterKey(next).id],
      )
      return rows[0]?.count ?? 0
    }
    for (const many of [1, 100]) {
      const program = start({ command: [...cli, 'keys', 'rewrap'], env: both })
      while ((await wrapped()) < many && program.ended === undefined);
      program.signal('SIGKILL')
      await program.end()
      const people = await readPeople(
        superuser,
        new KeyRings(masterKeys(next, master), superuser),
        brand,
      )
      expect(people.size).toBe(5)
    }
    const already = await wrapped()
    expect(already).toBeGreaterThan(0)
    const done = await json<{ rewrapped: number }>(both, 'rewrap')
    expect(done).toEqual({ rewrapped: 302 - already, masterKeyId: new MasterKey(next).id })
    const after = new KeyRings(masterKeys(next), superuser)
    for (const [id, who] of await readPeople(superuser, after, brand)) {
      expect(who).toEqual({ ...person(id), version: 1 })
    }
    const only = { ...env, FLUENCE_MASTER_KEY: inBase64(next) }
    expect(await json<Rotated>(only, 'rotate', '--org', 'shop')).toMatchObject({ renewed: 5 })
  })

  test('that is another one, or none, or no key at all, is told in one line', async () => {
    const { env, master } = await shop(1)
    const { id } = new MasterKey(master)
    const wanted = new RegExp(`The master key ${id} is (missing|wanted)`)
    const other = { ...env, FLUENCE_MASTER_KEY: inBase64(newMasterKey()) }
    const none = { ...env, FLUENCE_MASTER_KEY: '' }
    expectRefusal(await keys(other, 'rotate', '--org', 'shop'), wanted)
    expectRefusal(await keys(none, 'rotate', '--org', 'shop'), wanted)
    expectRefusal(await keys(other, 'rewrap'), wanted)
    const secret = 'not a key but secret'
    const malformed = await keys({ ...env, FLUENCE_MASTER_KEY: secret }, 'list')
    expectRefusal(malformed, /FLUENCE_MASTER_KEY is no key/)
    expect(malformed.stderr).not.toContain(secret)

    const doctor = await run({
      command: [...cli, 'doctor', '--json'],
      env: { ...other, PORT: await freePort() },
    })
    expect(doctor.code).toBe(1)
    expect(JSON.parse(doctor.stdout).findings).toContainEqual({
      area: 'keys',
      status: 'problem',
      says: expect.stringMatching(wanted),
      mend: expect.stringContaining('FLUENCE_MASTER_KEY'),
    })
    const settings = await run({ command: [...cli, 'doctor', '--settings'], env })
    expect(settings.stdout).not.toContain(env.FLUENCE_MASTER_KEY)
  })
})

test('the file beside the data is made once, is in no backup, and is missed when it is gone', async () => {
  const home = temporaryFolder()
  const data = path.join(home, 'data')
  const backups = path.join(home, 'backups')
  const env = {
    FLUENCE_DATA_DIR: data,
    FLUENCE_BACKUP_DIR: backups,
    FLUENCE_DEMO: 'off',
    PORT: await freePort(),
  }
  const file = path.join(data, 'master.key')
  const first = start({ env })
  await first.ready()
  await first.says('The master key lies beside the data')
  expect(fs.statSync(file).mode & 0o777).toBe(0o600)
  const text = fs.readFileSync(file, 'utf8').trim()
  await query(
    superuserUrl(data),
    `select app_private.create_organization('brand', 'shop', 'Shop', 'UTC', 'EUR')`,
  )
  expect((await keys(env, 'rotate', '--org', 'shop')).code).toBe(0)
  expect((await run({ command: [...cli, 'backup'], env })).code).toBe(0)
  first.signal('SIGTERM')
  expect(await first.end()).toBe(0)

  // Neither as it is written nor as the bytes that it stands for.
  for (const name of fs.readdirSync(backups, { recursive: true, encoding: 'utf8' })) {
    const found = path.join(backups, name)
    if (!fs.statSync(found).isFile()) continue
    const bytes = fs.readFileSync(found)
    expect(bytes.includes(text) || bytes.includes(Buffer.from(text, 'base64'))).toBe(false)
  }

  const { id } = new MasterKey(Buffer.from(text, 'base64'))
  const elsewhere = { ...env, FLUENCE_DATA_DIR: path.join(home, 'elsewhere') }
  const restored = await run({ command: [...cli, 'restore', '--from', backups], env: elsewhere })
  expect(restored.code).toBe(0)
  expect(restored.stdout).toContain(
    `Its personal data cannot be read here. The master key ${id} is missing`,
  )
  // A new one would open nothing, and would be in the way of the right one.
  const second = start({ env: elsewhere })
  await second.ready()
  await second.says(`The master key ${id} is missing`)
  expect(fs.existsSync(path.join(elsewhere.FLUENCE_DATA_DIR, 'master.key'))).toBe(false)
  expectRefusal(await keys(elsewhere, 'rotate', '--org', 'shop'), /The master key \w+ is missing/)
  fs.copyFileSync(file, path.join(elsewhere.FLUENCE_DATA_DIR, 'master.key'))
  expect((await keys(elsewhere, 'rotate', '--org', 'shop')).code).toBe(0)
})
