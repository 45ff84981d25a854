import { describe, expect } from 'vitest'
import { keyedHash } from '../../../src/server/personal/keyed-hash.ts'
import { unseal } from '../../../src/server/personal/seal.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { csvOf, importText, newBrand, person, testRings } from '../../harness/customers.ts'
import type { TestDatabase } from '../../harness/database.ts'
import { type Story, test } from '../../harness/test.ts'

let n = 0
/** A brand with one customer, and another one that looks alike. */
async function twoBrands(database: TestDatabase) {
  const [own, other] = [
    await newBrand(database, `own-${(n += 1)}`),
    await newBrand(database, `other-${n}`),
  ]
  await importText(database, own, csvOf([person(1), person(2)]))
  await importText(database, other, csvOf([person(1), person(3)]))
  return { own, other }
}

const read = `select p.* from app_public.read_person($1, $2) as p`
const erase = `select c.* from app_public.erase_customer($1, $2) as c`

const entries = async (story: Story, organization: string) => {
  await story.as(null)
  return story.rows(
    `select l.action, l.object, l.door, l.role, l.user_id is not null as by_somebody, l.reason,
       l.row_key ->> 'customer_id' as customer
     from app_public.audit_log as l
     where l.organization_id = $1 and l.action = 'read' order by l.id`,
    [organization],
  )
}

describe('read_person', () => {
  test('gives an admin what opens with its key, and writes down who and why', async ({
    story,
    database,
  }) => {
    const { own } = await twoBrands(database)
    await story.as({ role: 'admin', organization: own })
    const row = await story.one<Record<string, Buffer> & { person_ref: string }>(read, [
      1,
      '  Letter 17 ',
    ])
    await withClient(database.access.as('fluence_server'), async (client) => {
      const rings = testRings(client)
      const version = Number(row['key_version'])
      const { key } = rings.unwrapped(own, version, row['wrapped']!, String(row['master_key_id']))
      const bound = { ring: own, version, ref: row.person_ref }
      const open = (column: string) =>
        unseal(key, { ...bound, kind: `customer_identities.${column}` }, row[column]!)
      expect(['name', 'mail', 'phone', 'address'].map(open)).toEqual([
        'Person 1',
        'person1@example.org',
        '+49 30 100001',
        'Street 1, Berlin',
      ])
    })
    expect(await entries(story, own)).toEqual([
      {
        action: 'read',
        object: 'app_private.customer_identities',
        door: 'app',
        role: 'admin',
        by_somebody: true,
        reason: 'Letter 17',
        customer: '1',
      },
    ])
  })

  test('refuses whoever is not an admin in the app, and whoever does not say why', async ({
    story,
    database,
  }) => {
    const { own } = await twoBrands(database)
    for (const role of ['analyst', 'support_agent', 'marketing_manager', 'auditor']) {
      await story.as({ role, organization: own })
      await story.rejects('42501', read, [1, 'Because'])
    }
    await story.asStray('admin')
    await story.rejects('FL102', read, [1, 'Because'])
    await story.as({ role: 'admin', organization: own })
    await story.rejects('FL303', read, [1, '  '])
    await story.rejects('FL303', read, [1, null])
    await story.rejects('FL303', read, [1, 'x'.repeat(501)])
    await story.rejects('42501', 'select from app_private.customer_identities')
  })

  test("does not know another brand's customer from none", async ({ story, database }) => {
    const { own } = await twoBrands(database)
    await story.as({ role: 'admin', organization: own })
    const others = await story.rejects('FL002', read, [3, 'Because'])
    const none = await story.rejects('FL002', read, [4, 'Because'])
    expect(others.message.replace('3', '4')).toBe(none.message)
  })
})

describe('find_customer', () => {
  test('finds by the hash of the own brand, and writes it down', async ({ story, database }) => {
    const { own, other } = await twoBrands(database)
    const hashes = await withClient(database.access.as('fluence_server'), async (client) => {
      const rings = testRings(client)
      const lookup = { own: await rings.forLookup(own), other: await rings.forLookup(other) }
      return {
        mail: keyedHash(lookup.own, 'mail', 'person2@example.org'),
        phone: keyedHash(lookup.own, 'phone', '+4930100001'),
        foreign: keyedHash(lookup.other, 'mail', 'person3@example.org'),
      }
    })
    const find = async (mail: Buffer | null, phone: Buffer | null) =>
      (
        await story.one<{ id: string | null }>(
          'select app_public.find_customer($1, $2, $3) as id',
          [mail, phone, 'A call'],
        )
      ).id
    await story.as({ role: 'admin', organization: own })
    expect(await find(hashes.mail, null)).toBe('2')
    expect(await find(null, hashes.phone)).toBe('1')
    expect(await find(hashes.phone, null)).toBe(null)
    expect(await find(hashes.foreign, null)).toBe(null)
    expect(await find(null, null)).toBe(null)
    expect(await entries(story, own)).toMatchObject(
      ['2', '1', null, null, null].map((customer) => ({
        object: 'app_public.find_customer',
        reason: 'A call',
        customer,
      })),
    )
  })
})

describe('erase_customer', () => {
  test('asks for an admin, a reason, and a second factor just now', async ({ story, database }) => {
    const { own } = await twoBrands(database)
    await story.as({ role: 'analyst', organization: own })
    await story.rejects('42501', erase, [1, 'Letter'])
    await story.asStray('admin')
    await story.rejects('FL102', erase, [1, 'Letter'])
    await story.as({ role: 'admin', organization: own })
    await story.rejects('FL303', erase, [1, ''])
    await story.rejects('FL002', erase, [3, 'Letter'])
    expect(await story.one(erase, [1, 'Letter'])).toMatchObject({ is_account_deleted: true })
    await story.rejects('FL302', erase, [1, 'Letter'])
    await story.rejects('FL302', read, [1, 'Because'])

    const { handle } = await story.one<{ handle: string }>(
      `select current_setting('fluence.session_id') as handle`,
    )
    await story.as(null)
    await story.rows(
      `update app_private.sessions set second_factor_at = now() - interval '6 minutes'
       where session_hash = sha256(convert_to($1, 'UTF8'))`,
      [handle],
    )
    await story.through(handle, 'admin')
    await story.rejects('FL117', erase, [2, 'Letter'])
  })

  test('leaves the row, the books, and no trace of the person', async ({ story, database }) => {
    const { own, other } = await twoBrands(database)
    await importText(
      database,
      own,
      csvOf([
        person(9, {
          customer_name: 'Zacharias Quill',
          customer_mail: 'xerxes@canary.example',
          customer_phone: '+99 555 0042',
          customer_address: 'Canary Wharf 42',
        }),
      ]),
    )
    const needles = await story.one<Record<string, string>>(
      `select encode(name, 'hex') as a, encode(mail, 'hex') as b, encode(phone, 'hex') as c,
         encode(address, 'hex') as d, encode(mail_hash, 'hex') as e, encode(phone_hash, 'hex') as f,
         encode(address_hash, 'hex') as g, encode(whole_hash, 'hex') as h
       from app_private.customer_identities where customer_id = 9 and brand_id = $1`,
      [own],
    )
    const traces = [
      ...Object.values(needles),
      'Zacharias',
      'Quill',
      'xerxes',
      '5550042',
      '555 0042',
      'Wharf',
      'Z***',
      'x***@***',
      '***42',
    ]
    expect(await placesOf(story, traces)).toEqual([
      'app_private.customer_identities',
      'app_public.customers',
    ])
    const admin = await adminOf(story, own)
    const before = await reports(story, admin)
    const others = await snapshot(story, other)

    await story.through(admin, 'admin')
    await story.rows(erase, [9, 'Letter 18'])

    expect(await reports(story, admin)).toEqual(before)
    expect(await snapshot(story, other)).toEqual(others)
    expect(await placesOf(story, traces)).toEqual([])
    await story.as(null)
    expect(
      await story.one(
        `select c.id, c.name_mask, c.since::text, c.erased_at is not null as erased, e.reason
         from app_public.customers as c
         join app_public.erasure_requests as e on e.brand_id = c.brand_id and e.customer_id = c.id
         where c.brand_id = $1 and c.id = 9`,
        [own],
      ),
    ).toEqual({ id: '9', name_mask: null, since: '2024-02-29', erased: true, reason: 'Letter 18' })
  })

  test('is noticed by that test, should a report lose rows by it', async ({ story, database }) => {
    const { own } = await twoBrands(database)
    await story.as(null)
    await story.rows(
      `create view reporting.people as
         select count(*) as people from app_private.customer_identities`,
    )
    const admin = await adminOf(story, own)
    const before = await reports(story, admin)
    await story.through(admin, 'admin')
    await story.rows(erase, [1, 'Letter'])
    expect(await reports(story, admin)).not.toEqual(before)
  })
})

/** Which tables have one of these texts in any of their rows; bytes are looked at as hex. */
async function placesOf(story: Story, texts: readonly string[]): Promise<string[]> {
  await story.as(null)
  const tables = await story.rows<{ name: string }>(
    `select c.oid::regclass::text as name
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname !~ '^pg_|^information_schema$'
     order by 1`,
  )
  expect(tables.length).toBeGreaterThan(20)
  const found: string[] = []
  for (const { name } of tables) {
    const { hit } = await story.one<{ hit: boolean }>(
      `select exists (
         select from ${name} as t cross join unnest($1::text[]) as n (text)
         where strpos(t::text, n.text) > 0
       ) as hit`,
      [texts],
    )
    if (hit) found.push(name)
  }
  return found
}

/** All that every view of reporting shows to the brand, and to whoever sees all. */
/** The session of one admin: another one would be another line of the access review. */
async function adminOf(story: Story, organization: string): Promise<string> {
  await story.as({ role: 'admin', organization })
  const { handle } = await story.one<{ handle: string }>(
    `select current_setting('fluence.session_id') as handle`,
  )
  return handle
}

async function reports(story: Story, admin: string): Promise<Record<string, string[]>> {
  await story.as(null)
  const views = await story.rows<{ name: string; open: boolean }>(
    `select c.oid::regclass::text as name,
       has_table_privilege('fluence_admin', c.oid, 'select') as open
     from pg_class as c
     where c.relkind in ('v', 'm') and c.relnamespace = 'reporting'::regnamespace`,
  )
  expect(views.length).toBeGreaterThan(1)
  const shown: Record<string, string[]> = {}
  const ask = async (name: string) =>
    (await story.rows<{ row: string }>(`select v::text as row from ${name} as v order by 1`)).map(
      ({ row }) => row,
    )
  for (const { name } of views) shown[name] = await ask(name)
  await story.through(admin, 'admin')
  for (const { name, open } of views) if (open) shown[`${name} of the brand`] = await ask(name)
  return shown
}

async function snapshot(story: Story, organization: string) {
  await story.as(null)
  return story.rows(
    `select c.*, i.* from app_public.customers as c
     left join app_private.customer_identities as i
       on i.brand_id = c.brand_id and i.customer_id = c.id
     where c.brand_id = $1 order by c.id`,
    [organization],
  )
}
