import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { codecOf, customers } from '../../src/server/imports/customers.ts'
import { importFile, type Imported } from '../../src/server/imports/importer.ts'
import { openInput } from '../../src/server/imports/input.ts'
import { RejectFile } from '../../src/server/imports/rejects.ts'
import { type Database, KeyRings } from '../../src/server/personal/key-rings.ts'
import { MasterKey, MasterKeys } from '../../src/server/personal/master-key.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import type { TestDatabase } from './database.ts'

const masterKey = new MasterKey(crypto.randomBytes(32))

/** Rings of one master key, for as long as the tests of a file run. */
export const testRings = (database: Database) =>
  new KeyRings(
    new MasterKeys(() => ({ current: masterKey, others: [] }), 'Ask the test.'),
    database,
  )

/** A new brand; its number. */
export async function newBrand(
  { superuserUrl }: Pick<TestDatabase, 'superuserUrl'>,
  slug: string,
): Promise<string> {
  return withClient(superuserUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select o.id
       from app_private.create_organization('brand', $1, initcap($1), 'Europe/Berlin', 'EUR') as o`,
      [slug],
    )
    return rows[0]?.id ?? ''
  })
}

export type Given = Readonly<Record<string, string | number | boolean>>

const names = [
  'customer_id',
  'customer_name',
  'customer_mail',
  'customer_phone',
  'customer_address',
  'channel',
  'since',
  'is_account_deleted',
] as const

/** Somebody who is like nobody else, but for what is given. */
export const person = (id: number, given: Given = {}): Given => ({
  customer_id: id,
  customer_name: `Person ${id}`,
  customer_mail: `person${id}@example.org`,
  customer_phone: `+49 30 ${100_000 + id}`,
  customer_address: `Street ${id}, Berlin`,
  channel: -1,
  since: '2024-02-29',
  is_account_deleted: false,
  ...given,
})

/** As spreadsheets write it: quotes only where they are needed. */
const cell = (value: unknown) => {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const csvOf = (people: readonly Given[], columns: readonly string[] = names, end = '\n') =>
  [columns, ...people.map((each) => columns.map((name) => each[name]))]
    .map((row) => row.map(cell).join(',') + end)
    .join('')

export interface Outcome extends Imported {
  /** What the file of rejects says, header and all; empty where there is none. */
  readonly rejectText: string
}

export interface ImportOptions {
  readonly batchRows?: number
  /** The connection that is used, where a test has its own. */
  readonly client?: pg.Client
}

/** Imports a text as the command does with a file. */
export async function importText(
  { access }: TestDatabase,
  brandId: string,
  text: string | Buffer,
  { batchRows, client: own }: ImportOptions = {},
): Promise<Outcome> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-import-'))
  const file = path.join(dir, 'customers.csv')
  fs.writeFileSync(file, text)
  const url = access.as('fluence_server')
  try {
    return await withClient(url, (other) =>
      withClient(url, async (forKeys) => {
        const rejects = new RejectFile(file, 'customers')
        const target = { client: own ?? other, brandId, startedBy: 'a test', rejects, batchRows }
        const codec = codecOf(testRings(forKeys), brandId)
        const imported = await importFile(customers, codec, openInput(file), target)
        const rejectText =
          imported.rejects === null ? '' : fs.readFileSync(imported.rejects, 'utf8')
        return { ...imported, rejectText }
      }),
    )
  } finally {
    fs.rmSync(dir, { recursive: true })
  }
}
