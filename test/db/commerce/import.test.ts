import pg from 'pg'
import { describe, expect } from 'vitest'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { until } from '../../../src/server/postgres/processes.ts'
import { csvOf, type Given, importText, newBrand, person } from '../../harness/customers.ts'
import type { TestDatabase } from '../../harness/database.ts'
import { test } from '../../harness/test.ts'

const rows = <T extends object>(
  { superuserUrl }: TestDatabase,
  sql: string,
  values: unknown[] = [],
) => withClient(superuserUrl, async (client) => (await client.query(sql, values)).rows as T[])

let n = 0
const brand = (database: TestDatabase) => newBrand(database, `brand-${(n += 1)}`)

const counts = ({
  added,
  changed,
  unchanged,
  rejected,
}: {
  added: number
  changed: number
  unchanged: number
  rejected: number
}) => ({ added, changed, unchanged, rejected })

const rejected = (text: string) =>
  text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(',').slice(0, 3).join(','))

const stateOf = (database: TestDatabase, brandId: string) =>
  rows<Record<string, unknown>>(
    database,
    `select c.*, i.* from app_public.customers as c
     join app_private.customer_identities as i
       on i.brand_id = c.brand_id and i.customer_id = c.id
     where c.brand_id = $1 order by c.id`,
    [brandId],
  )

describe('an import of customers', () => {
  test('adds masks and sealed values, and nothing in clear', async ({ database }) => {
    const id = await brand(database)
    const done = await importText(database, id, csvOf([person(7, { channel: 3 })]))
    expect(counts(done)).toEqual({ added: 1, changed: 0, unchanged: 0, rejected: 0 })
    const [customer = {}] = await stateOf(database, id)
    expect(customer).toMatchObject({
      id: '7',
      source: 'shop',
      name_mask: 'P***',
      mail_mask: 'p***@***',
      channel: 3,
      is_account_deleted: false,
      erased_at: null,
      key_version: 1,
    })
    expect(JSON.stringify(customer)).not.toMatch(/Person|person7|100007|Street/)
    for (const column of ['name', 'mail', 'phone', 'address']) {
      expect((customer[column] as Buffer).toString('latin1')).not.toMatch(/Person|person7|1000|Str/)
    }
    expect(
      await rows(
        database,
        'select c.code, c.title from app_public.channels as c where brand_id = $1',
        [id],
      ),
    ).toEqual([{ code: 3, title: 'Channel 3' }])
  })

  test('changes nothing when the same file comes again', async ({ database }) => {
    const id = await brand(database)
    const file = csvOf([1, 2, 3].map((each) => person(each)))
    await importText(database, id, file)
    const before = await stateOf(database, id)
    const again = await importText(database, id, file)
    expect(counts(again)).toEqual({ added: 0, changed: 0, unchanged: 3, rejected: 0 })
    expect(await stateOf(database, id)).toEqual(before)
  })

  test('seals anew what was corrected, and touches no more than that', async ({ database }) => {
    const id = await brand(database)
    await importText(database, id, csvOf([person(1), person(2), person(3)]))
    const before = await stateOf(database, id)
    const done = await importText(
      database,
      id,
      csvOf([person(1, { customer_name: 'Renamed' }), person(2, { channel: 5 }), person(3)]),
    )
    expect(counts(done)).toEqual({ added: 0, changed: 2, unchanged: 1, rejected: 0 })
    const after = await stateOf(database, id)
    expect(after[0]).toMatchObject({ name_mask: 'R***' })
    expect(after[0]?.['person_ref']).not.toBe(before[0]?.['person_ref'])
    expect(after[0]?.['mail']).not.toEqual(before[0]?.['mail'])
    expect(after[0]?.['mail_hash']).toEqual(before[0]?.['mail_hash'])
    expect(after[1]).toEqual({ ...before[1], channel: 5 })
    expect(after[2]).toEqual(before[2])
  })

  test('lets two brands have the same people, and hashes them apart', async ({ database }) => {
    const [one, other] = [await brand(database), await brand(database)]
    await importText(database, one, csvOf([person(1)]))
    expect(counts(await importText(database, other, csvOf([person(1)])))).toMatchObject({
      added: 1,
    })
    const hashes = await rows(
      database,
      'select distinct mail_hash from app_private.customer_identities where customer_id = 1 and brand_id in ($1, $2)',
      [one, other],
    )
    expect(hashes).toHaveLength(2)
  })

  test('gives back what another customer has, and what stands twice', async ({ database }) => {
    const id = await brand(database)
    await importText(database, id, csvOf([person(1), person(2)]))
    const { rejectText, ...done } = await importText(
      database,
      id,
      csvOf([
        person(3, { customer_mail: 'PERSON1@example.org' }),
        person(4, { customer_phone: '0049 (30) 100002' }),
        person(5),
        person(6, { customer_mail: 'person5@example.org' }),
        person(5, { customer_name: 'Again' }),
      ]),
    )
    expect(counts(done)).toEqual({ added: 1, changed: 0, unchanged: 0, rejected: 4 })
    expect(rejected(rejectText)).toEqual([
      '2,customer_mail,FL911',
      '3,customer_phone,FL911',
      '5,customer_mail,FL911',
      '6,customer_id,FL922',
    ])
    expect(
      await rows(
        database,
        `select line::int, field, code from app_public.import_rejects where brand_id = $1 order by 1`,
        [id],
      ),
    ).toEqual([
      { line: 2, field: 'customer_mail', code: 'FL911' },
      { line: 3, field: 'customer_phone', code: 'FL911' },
      { line: 5, field: 'customer_mail', code: 'FL911' },
      { line: 6, field: 'customer_id', code: 'FL922' },
    ])
  })

  for (const batchRows of [1, 2, 100]) {
    test(`hands a mail on in the order of the lines, by batches of ${batchRows}`, async ({
      database,
    }) => {
      const id = await brand(database)
      await importText(database, id, csvOf([person(1), person(2)]))
      const mail = (of: number) => ({ customer_mail: `person${of}@example.org` })
      const done = await importText(
        database,
        id,
        csvOf([
          person(3, mail(1)),
          person(1, mail(9)),
          person(4, mail(1)),
          person(2, mail(9)),
          person(5, mail(2)),
        ]),
        { batchRows },
      )
      // 3 comes before 1 has given it away, 4 after; 9 is 1's by then, so 2 keeps its own.
      expect(rejected(done.rejectText)).toEqual([
        '2,customer_mail,FL911',
        '5,customer_mail,FL911',
        '6,customer_mail,FL911',
      ])
      expect(counts(done)).toEqual({ added: 1, changed: 1, unchanged: 0, rejected: 3 })
    })
  }

  test('says of each bad cell what is wrong with it, and quotes nothing', async ({ database }) => {
    const id = await brand(database)
    const bad: [Given, string][] = [
      [{ customer_id: 'x' }, 'customer_id,FL915'],
      [{ customer_id: '1000000000000' }, 'customer_id,FL915'],
      [{ customer_id: '' }, 'customer_id,FL914'],
      [{ customer_name: '' }, 'customer_name,FL914'],
      [{ customer_name: 'n'.repeat(51) }, 'customer_name,FL915'],
      [{ customer_mail: 'nobody' }, 'customer_mail,FL915'],
      [{ customer_phone: 'secret' }, 'customer_phone,FL915'],
      [{ customer_address: 'NULL' }, 'customer_address,FL914'],
      [{ channel: 'web' }, 'channel,FL915'],
      [{ since: '2023-02-29' }, 'since,FL915'],
      [{ since: '29.02.2024' }, 'since,FL915'],
      [{ since: '1899-12-31' }, 'since,FL915'],
      [{ since: '9999-12-31' }, 'since,FL301'],
      [{ is_account_deleted: 'maybe' }, 'is_account_deleted,FL915'],
    ]
    const { rejectText, ...done } = await importText(
      database,
      id,
      csvOf([person(1), ...bad.map(([given], i) => person(i + 2, given))]),
    )
    expect(counts(done)).toEqual({ added: 1, changed: 0, unchanged: 0, rejected: bad.length })
    expect(rejected(rejectText)).toEqual(bad.map(([, what], i) => `${i + 3},${what}`))
  })

  test('that fails tells nothing of anybody, wherever it fails', async ({ database }) => {
    const id = await brand(database)
    const canary = person(1, {
      customer_name: 'Canary Zoe',
      customer_mail: 'canary@zoe.example',
      customer_phone: '+49 555 4242',
      customer_address: 'Canary Row 1',
      channel: 4242,
    })
    for (const table of ['app_public.channels', 'app_private.customer_identities']) {
      await rows(database, `alter table ${table} add constraint broken check (false) not valid`)
      const failed = await importText(database, id, csvOf([canary])).then(
        () => undefined,
        (error: unknown) => error as pg.DatabaseError,
      )
      await rows(database, `alter table ${table} drop constraint broken`)
      expect(failed?.constraint).toBe('broken')
      const told = [failed?.stack, JSON.stringify(failed)].join('\n')
      expect(told).not.toMatch(/zoe|canary|555|Row 1/i)
    }
    const [{ status = '' } = {}] = await rows<{ status: string }>(
      database,
      'select max(r.status) as status from app_public.import_runs as r where r.brand_id = $1',
      [id],
    )
    expect(status).toBe('failed')
    expect(counts(await importText(database, id, csvOf([canary])))).toMatchObject({ added: 1 })
  })

  test('knows today by the time zone of the brand', async ({ database }) => {
    const id = await brand(database)
    const [{ today = '', tomorrow = '' } = {}] = await rows<{ today: string; tomorrow: string }>(
      database,
      `select d.today::text, (d.today + 1)::text as tomorrow
       from (select app_private.brand_today($1)) as d (today)`,
      [id],
    )
    const { rejectText } = await importText(
      database,
      id,
      csvOf([person(1, { since: today }), person(2, { since: tomorrow })]),
    )
    expect(rejected(rejectText)).toEqual(['3,since,FL301'])
  })

  test('does not take a customer whose identity was erased', async ({ database }) => {
    const id = await brand(database)
    const file = csvOf([person(1), person(2)])
    await importText(database, id, file)
    await rows(database, 'select app_private.forget_customer($1, 1)', [id])
    const { rejectText, ...done } = await importText(database, id, file)
    expect(counts(done)).toEqual({ added: 0, changed: 0, unchanged: 1, rejected: 1 })
    expect(rejected(rejectText)).toEqual(['2,customer_id,FL302'])
    expect(await stateOf(database, id)).toHaveLength(1)
  })

  test('gives back rows that a mended file of rejects brings in', async ({ database }) => {
    const id = await brand(database)
    const first = await importText(
      database,
      id,
      csvOf([person(1), person(2, { customer_mail: 'oops' }), person(3, { since: 'x' })]),
    )
    const again = await importText(database, id, first.rejectText.replace('oops', 'p2@example.org'))
    expect(counts(again)).toEqual({ added: 1, changed: 0, unchanged: 0, rejected: 1 })
    const third = await importText(database, id, again.rejectText.replace(',x,', ',2024-01-01,'))
    expect(counts(third)).toEqual({ added: 1, changed: 0, unchanged: 0, rejected: 0 })
  })

  test('is one entry of the audit log, and changes are one each', async ({ database }) => {
    const id = await brand(database)
    await importText(database, id, csvOf([1, 2, 3, 4].map((each) => person(each))), {
      batchRows: 2,
    })
    const entries = () =>
      rows<{ what: string }>(
        database,
        `select l.object || ' ' || l.action || ' ' || count(*) as what
         from app_public.audit_log as l where l.organization_id = $1
           and l.object ~ 'import|customer'
         group by l.object, l.action order by 1`,
        [id],
      ).then((all) => all.map(({ what }) => what))
    expect(await entries()).toEqual([
      'app_public.import_runs insert 1',
      'app_public.import_runs update 1',
    ])
    await importText(database, id, csvOf([person(1, { customer_name: 'Renamed' }), person(2)]))
    expect(await entries()).toEqual([
      'app_private.customer_identities update 1',
      'app_public.customers update 1',
      'app_public.import_runs insert 2',
      'app_public.import_runs update 2',
    ])
  })
})

describe('several imports at once', () => {
  test('are all right, whoever comes first', async ({ database }) => {
    const id = await brand(database)
    const people = Array.from({ length: 60 }, (_, i) => i + 1)
    const files = [people, people.toReversed(), people.filter((each) => each % 2 === 0)].map(
      (ids) => csvOf(ids.map((each) => person(each))),
    )
    const done = await Promise.all(
      files.map((file) => importText(database, id, file, { batchRows: 7 })),
    )
    expect(done.reduce((sum, { added }) => sum + added, 0)).toBe(60)
    expect(done.map(({ rejected: all }) => all)).toEqual([0, 0, 0])
    expect(await stateOf(database, id)).toHaveLength(60)
  })

  test('and an erasure: who is erased while a file is merged stays erased', async ({
    database,
  }) => {
    const id = await brand(database)
    await importText(database, id, csvOf([person(1), person(2)]))
    await withClient(database.superuserUrl, async (erasing) => {
      await erasing.query('begin')
      await erasing.query('select app_private.forget_customer($1, 1)', [id])
      const importing = importText(
        database,
        id,
        csvOf([1, 2].map((each) => person(each, { customer_name: 'Renamed' }))),
      )
      const waits = await until(20_000, async () => {
        await erasing.query('select pg_stat_clear_snapshot()')
        const { rowCount } = await erasing.query(
          `select from pg_stat_activity as a
           where a.datname = current_database() and a.wait_event_type = 'Lock'`,
        )
        return rowCount === 1
      })
      expect(waits).toBe(true)
      await erasing.query('commit')
      const { rejectText, ...done } = await importing
      expect(counts(done)).toEqual({ added: 0, changed: 1, unchanged: 0, rejected: 1 })
      expect(rejected(rejectText)).toEqual(['2,customer_id,FL302'])
    })
    expect(await stateOf(database, id)).toMatchObject([{ id: '2', name_mask: 'R***' }])
  })

  test('take a mail that both want once', async ({ database }) => {
    const id = await brand(database)
    const mail = { customer_mail: 'both@example.org' }
    const done = await Promise.all([
      importText(database, id, csvOf([person(1, mail)])),
      importText(database, id, csvOf([person(2, mail)])),
    ])
    expect(done.map(({ added }) => added).toSorted()).toEqual([0, 1])
    expect(done.map(({ rejected: all }) => all).toSorted()).toEqual([0, 1])
  })
})

describe('an import that was cut off', () => {
  test('goes on with the same file, without a double and without a hole', async ({ database }) => {
    const id = await brand(database)
    const client = new pg.Client({ connectionString: database.access.as('fluence_server') })
    client.on('error', () => {})
    await client.connect()
    let merges = 0
    const query = client.query.bind(client) as (...all: unknown[]) => unknown
    // Cut off at the third batch, when two are there for good and the third is copied.
    Object.assign(client, {
      query(...all: unknown[]) {
        if (/merge_customers/.test(String(all[0])) && (merges += 1) === 3) {
          client.connection.stream.destroy()
        }
        return query(...all)
      },
    })
    const file = csvOf(Array.from({ length: 10 }, (_, i) => person(i + 1)))
    await expect(importText(database, id, file, { client, batchRows: 2 })).rejects.toThrow()
    expect(await stateOf(database, id)).toHaveLength(4)
    const runs = () =>
      rows<{ status: string; read: number }>(
        database,
        `select r.status, r.rows_read::int as read from app_public.import_runs as r
         where r.brand_id = $1 order by r.id`,
        [id],
      )
    expect(await runs()).toEqual([{ status: 'running', read: 4 }])
    const again = await importText(database, id, file)
    expect(counts(again)).toEqual({ added: 6, changed: 0, unchanged: 4, rejected: 0 })
    expect(await runs()).toEqual([
      { status: 'failed', read: 4 },
      { status: 'done', read: 10 },
    ])
    expect(
      await rows(database, 'select from app_private.import_keys where brand_id = $1', [id]),
    ).toEqual([])
  })

  test('is not taken for one that is still at work', async ({ database }) => {
    const id = await brand(database)
    await withClient(database.access.as('fluence_server'), async (client) => {
      await client.query(`select app_private.begin_import($1, 'customers', null, 'a test')`, [id])
      await importText(database, id, csvOf([person(1)]))
      expect(
        await rows(
          database,
          'select r.status from app_public.import_runs as r where r.brand_id = $1 order by r.id',
          [id],
        ),
      ).toEqual([{ status: 'running' }, { status: 'done' }])
    })
  })
})
