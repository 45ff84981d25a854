import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { keyFileIn, makeKeyFile, readKeyFile } from '../../src/server/personal/key-file.ts'
import { type KeyName, MasterKey, readMasterKey } from '../../src/server/personal/master-key.ts'
import { masterKeysOf, prepareKeyFile } from '../../src/server/personal/open.ts'

const newMaster = () => new MasterKey(crypto.randomBytes(32))
const name: KeyName = { ring: '7', purpose: 'seal', version: 1 }

function folder(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-keys-'))
  onTestFinished(() => fs.rmSync(dir, { recursive: true }))
  return dir
}

const settings = (dataDir: string, more: Partial<Parameters<typeof masterKeysOf>[0]> = {}) => ({
  dataDir,
  databaseUrl: undefined,
  masterKey: undefined,
  previousMasterKey: undefined,
  ...more,
})

describe('a master key', () => {
  test('is read from base64 and hex, and from nothing else', () => {
    const bytes = crypto.randomBytes(32)
    const { id } = new MasterKey(bytes)
    const forms = (['base64', 'base64url', 'hex'] as const).map((form) => bytes.toString(form))
    for (const text of [...forms, bytes.toString('hex').toUpperCase()]) {
      expect(readMasterKey(text)?.id).toBe(id)
    }
    for (const text of ['', 'password', 'ab'.repeat(31), 'ab'.repeat(33), `${forms[0]}=`]) {
      expect(readMasterKey(text)).toBeUndefined()
    }
  })

  test('has an id that says which it is and shows nothing of it', () => {
    const bytes = Buffer.alloc(32, 7)
    const { id } = new MasterKey(bytes)
    expect(id).toMatch(/^[0-9a-f]{16}$/)
    expect(new MasterKey(bytes).id).toBe(id)
    expect(newMaster().id).not.toBe(id)
    expect(JSON.stringify(new MasterKey(bytes))).toBe(JSON.stringify({ id }))
  })

  test('wraps a key for one place in the database', () => {
    const master = newMaster()
    const key = crypto.randomBytes(32)
    const wrapped = master.wrap(name, key)
    expect(wrapped).toHaveLength(61)
    expect(master.unwrap(name, wrapped)).toEqual(key)
    const others: KeyName[] = [
      { ...name, ring: '8' },
      { ...name, purpose: 'lookup' },
      { ...name, version: 2 },
    ]
    for (const other of others) expect(() => master.unwrap(other, wrapped)).toThrow(/does not open/)
    expect(() => newMaster().unwrap(name, wrapped)).toThrow(/does not open/)
  })
})

describe('the file of the key', () => {
  test("is its owner's alone, and stays when another would make it, too", () => {
    const file = keyFileIn(folder())
    expect(readKeyFile(file)).toBeUndefined()
    makeKeyFile(file)
    const id = readKeyFile(file)?.id
    expect(fs.statSync(file).mode & 0o777).toBe(0o600)
    makeKeyFile(file)
    expect(readKeyFile(file)?.id).toBe(id)
    expect(fs.readdirSync(path.dirname(file))).toEqual(['master.key'])
  })

  test('that holds none is told', () => {
    const file = keyFileIn(folder())
    fs.writeFileSync(file, '')
    expect(() => readKeyFile(file)).toThrow(expect.objectContaining({ code: 'FL006' }))
  })

  test('is made only where no key is, and the database is ours', async () => {
    const there = async () => true
    const none = async () => false
    const url = 'postgres://shop.example/shop'
    for (const [given, hasKeys, made] of [
      [{}, none, true],
      [{}, there, false],
      [{ masterKey: newMaster() }, none, false],
      [{ databaseUrl: url }, none, false],
    ] as const) {
      const dir = folder()
      await prepareKeyFile(settings(dir, given), hasKeys)
      expect(fs.existsSync(keyFileIn(dir))).toBe(made)
    }
  })
})

describe('the keys at hand', () => {
  test('without any are told at the first use, with what to do', () => {
    const ours = masterKeysOf(settings(folder()))
    expect(() => ours.current).toThrow(
      expect.objectContaining({ code: 'FL006', hint: expect.stringContaining('master.key') }),
    )
    const elsewhere = masterKeysOf(settings(folder(), { databaseUrl: 'postgres://shop.example/x' }))
    expect(() => elsewhere.forWrapping([])).toThrow(
      expect.objectContaining({ code: 'FL006', hint: expect.stringContaining('MASTER_KEY') }),
    )
  })

  test('name the one that is missing', () => {
    const [mine, other] = [newMaster(), newMaster()]
    const keys = masterKeysOf(settings(folder(), { masterKey: mine }))
    expect(keys.withId(mine.id)).toBe(mine)
    expect(() => keys.withId(other.id)).toThrow(`The master key ${other.id} is missing`)
    expect(() => keys.forWrapping([other.id])).toThrow(`The master key ${other.id} is missing`)
  })

  test('wrap with what is in use: the new one from the moment that something is wrapped with it', () => {
    const [mine, before] = [newMaster(), newMaster()]
    const keys = masterKeysOf(settings(folder(), { masterKey: mine, previousMasterKey: before }))
    expect(keys.current).toBe(mine)
    expect(keys.forWrapping([])).toBe(mine)
    expect(keys.forWrapping([before.id])).toBe(before)
    expect(keys.forWrapping([before.id, mine.id])).toBe(mine)
  })

  test('never wrap with the previous one by itself', () => {
    const keys = masterKeysOf(settings(folder(), { previousMasterKey: newMaster() }))
    expect(() => keys.forWrapping([])).toThrow('There is no master key')
  })

  test('count the file as the previous one, where a setting gives another', () => {
    const dir = folder()
    makeKeyFile(keyFileIn(dir))
    const inFile = readKeyFile(keyFileIn(dir))
    const keys = masterKeysOf(settings(dir, { masterKey: newMaster() }))
    expect(keys.withId(inFile?.id ?? '').id).toBe(inFile?.id)
    const elsewhere = masterKeysOf(settings(dir, { databaseUrl: 'postgres://shop.example/x' }))
    expect(() => elsewhere.current).toThrow('There is no master key')
  })
})
