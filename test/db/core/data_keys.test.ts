import pg from 'pg'
import { describe, expect, onTestFinished } from 'vitest'
import { type Database, KeyRings } from '../../../src/server/personal/key-rings.ts'
import { MasterKey } from '../../../src/server/personal/master-key.ts'
import { rewrap } from '../../../src/server/personal/rewrap.ts'
import { cloneDatabase } from '../../harness/database.ts'
import { masterKeys, newMasterKey } from '../../harness/sealed.ts'
import { test } from '../../harness/test.ts'

/** A database of its own, because of all keys of one some are wrapped with the same master key. */
async function house() {
  const database = await cloneDatabase()
  onTestFinished(() => database.drop())
  const open = async () => {
    const client = new pg.Client({ connectionString: database.access.as('fluence_server') })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }
  return { open, server: await open() }
}

/** Breaks like a program that is killed, when it is about to ask that for the nth time. */
const dyingAt = (database: Database, what: RegExp, nth: number): Database => {
  let times = 0
  return {
    query: (text, values) => {
      if (what.test(text) && ++times === nth) throw new Error('killed')
      return database.query(text, values)
    },
  }
}

const bytesOf = ({ key }: { key: { export(): Buffer } }) => key.export().toString('hex')

describe('the keys of a ring', () => {
  test('are made once, though many need the first one at once', async () => {
    const { open } = await house()
    const master = newMasterKey()
    const clients = await Promise.all(Array.from({ length: 8 }, open))
    const all = await Promise.all(
      clients.map(async (client) => {
        const rings = new KeyRings(masterKeys(master), client)
        const sealing = await rings.forSealing('7')
        const lookup = await rings.forLookup('7')
        return `${sealing.version} ${bytesOf(sealing)} ${bytesOf({ key: lookup })}`
      }),
    )
    expect(new Set(all).size).toBe(1)
    expect(all[0]).toMatch(/^1 /)
  })

  test('are others for each ring and purpose, and each version', async () => {
    const { server } = await house()
    const rings = new KeyRings(masterKeys(newMasterKey()), server)
    const keys = [
      await rings.forSealing('0'),
      await rings.forSealing('7'),
      { key: await rings.forLookup('7') },
      await rings.rotate('7'),
    ]
    expect(new Set(keys.map(bytesOf)).size).toBe(4)
    expect((await rings.forSealing('7')).version).toBe(2)
    expect(bytesOf({ key: await rings.forLookup('7') })).toBe(bytesOf(keys[2] as never))
    expect([...(await rings.forOpening('7')).keys()]).toEqual([1, 2])
  })

  test('are wrapped in the database, and read by functions alone', async ({ story }) => {
    const rings = new KeyRings(masterKeys(newMasterKey()), story.client)
    await story.as(null)
    const { key } = await rings.forSealing('7')
    const [row] = await story.rows<{ wrapped: Buffer }>('select * from app_private.data_keys')
    expect(row?.wrapped.includes(key.export())).toBe(false)
    await story.atDoor('fluence_server')
    await story.rejects('42501', 'select * from app_private.data_keys')
    for (const role of ['admin', 'analyst', 'auditor']) {
      await story.as({ role, organization: await story.organization(`shop-${role}`) })
      await story.rejects('42501', 'select * from app_private.data_keys')
      await story.rejects('42501', 'select * from app_private.read_data_keys(7)')
      await story.as(null)
    }
  })

  test('that find things are never replaced', async ({ story }) => {
    const rings = new KeyRings(masterKeys(newMasterKey()), story.client)
    await rings.forLookup('7')
    await story.rejects(
      '23514',
      `select app_private.add_data_key('7', 'lookup', 2, k.wrapped, k.master_key_id)
       from app_private.data_keys as k`,
    )
  })

  test('come one after the other', async ({ story }) => {
    await new KeyRings(masterKeys(newMasterKey()), story.client).forSealing('7')
    const add = (version: number) =>
      story.one(
        `select app_private.add_data_key('7', 'seal', $1, k.wrapped, k.master_key_id) as added
         from app_private.data_keys as k`,
        [version],
      )
    expect(await add(1)).toEqual({ added: false })
    expect(await add(3)).toEqual({ added: false })
    expect(await story.rows('select from app_private.data_keys')).toHaveLength(1)
  })
})

describe('a master key', () => {
  test('of another server is refused, and the wanted one named', async () => {
    const { server } = await house()
    const [first, second] = [newMasterKey(), newMasterKey()]
    await new KeyRings(masterKeys(first), server).forSealing('7')
    const other = new KeyRings(masterKeys(second), server)
    const refusal = { code: 'FL006', message: expect.stringContaining(new MasterKey(first).id) }
    await expect(other.forSealing('7')).rejects.toMatchObject(refusal)
    await expect(other.forSealing('8')).rejects.toMatchObject(refusal)
    // Not by the server's good manners alone.
    await expect(
      server.query(
        `select app_private.add_data_key('8', 'seal', 1, k.wrapped, $1)
         from app_private.read_data_keys(7) as k`,
        [new MasterKey(second).id],
      ),
    ).rejects.toMatchObject(refusal)
    const { rows } = await server.query('select * from app_private.master_keys_in_use()')
    expect(rows).toHaveLength(1)
  })

  test('that nobody gave is told at the first use', async () => {
    const { server } = await house()
    const rings = new KeyRings(masterKeys(undefined), server)
    await expect(rings.forSealing('7')).rejects.toMatchObject({ code: 'FL006' })
    const { rows } = await server.query('select * from app_private.master_keys_in_use()')
    expect(rows).toEqual([])
  })

  test('is replaced while servers that have both go on, and one that was cut off goes on', async () => {
    const { server } = await house()
    const [old, next] = [newMasterKey(), newMasterKey()]
    const before = new KeyRings(masterKeys(old), server)
    const keys = new Map<string, string>()
    for (const ring of ['0', '7', '8', '9']) keys.set(ring, bytesOf(await before.forSealing(ring)))

    const both = masterKeys(next, old)
    const broken = rewrap(dyingAt(server, /rewrap_data_key/, 3), both)
    await expect(broken).rejects.toThrow('killed')
    const { rows: inUse } = await server.query('select from app_private.master_keys_in_use()')
    expect(inUse).toHaveLength(2)
    for (const [ring, key] of keys) {
      expect(bytesOf(await new KeyRings(both, server).forSealing(ring))).toBe(key)
    }
    // One that knows the old one only may still add a key: the next call finds it.
    keys.set('10', bytesOf(await new KeyRings(masterKeys(old), server).forSealing('10')))

    expect(await rewrap(server, both)).toBe(3)
    expect(await rewrap(server, both)).toBe(0)
    for (const [ring, key] of keys) {
      expect(bytesOf(await new KeyRings(masterKeys(next), server).forSealing(ring))).toBe(key)
    }
    const late = new KeyRings(masterKeys(old), server)
    const refusal = { code: 'FL006', message: expect.stringContaining(new MasterKey(next).id) }
    await expect(late.forSealing('7')).rejects.toMatchObject(refusal)
    await expect(late.forSealing('11')).rejects.toMatchObject(refusal)
  })

  test('is not replaced without the old one', async () => {
    const { server } = await house()
    const [old, next] = [newMasterKey(), newMasterKey()]
    await new KeyRings(masterKeys(old), server).forSealing('7')
    await expect(rewrap(server, masterKeys(next))).rejects.toMatchObject({
      code: 'FL006',
      message: expect.stringContaining(new MasterKey(old).id),
    })
    const rings = new KeyRings(masterKeys(old), server)
    expect((await rings.forSealing('7')).version).toBe(1)
  })
})
