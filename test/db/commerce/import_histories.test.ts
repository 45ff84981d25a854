import fc from 'fast-check'
import { expect } from 'vitest'
import { keyedHash } from '../../../src/server/personal/keyed-hash.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { csvOf, importText, newBrand, person, testRings } from '../../harness/customers.ts'
import { test } from '../../harness/test.ts'

interface Line {
  readonly id: number
  readonly mail: number
  readonly phone: number
  readonly name: string
  readonly channel: number
  readonly since: string
}

const line: fc.Arbitrary<Line> = fc.record({
  id: fc.integer({ min: 1, max: 6 }),
  mail: fc.integer({ min: 1, max: 6 }),
  phone: fc.integer({ min: 1, max: 6 }),
  name: fc.constantFrom('Ann', 'Ünal "U", Jr.', 'No\nbody', ''),
  channel: fc.integer({ min: -1, max: 2 }),
  since: fc.constantFrom('2024-02-29', '2020-01-01', '2023-02-29', '9999-01-01'),
})

const history = fc.array(
  fc.record({
    lines: fc.array(line, { minLength: 1, maxLength: 12 }),
    batchRows: fc.integer({ min: 1, max: 13 }),
    end: fc.constantFrom('\n', '\r\n'),
  }),
  { minLength: 1, maxLength: 4 },
)

const given = ({ id, mail, phone, name, channel, since }: Line) =>
  person(id, {
    customer_name: name,
    customer_mail: `m${mail}@example.org`,
    customer_phone: `+49 100 ${phone}`,
    channel,
    since,
  })

/** What a file does, told one line after the other: the new state, and what is rejected. */
function tell(state: Map<number, Line>, lines: readonly Line[]) {
  const seen = new Set<number>()
  const counts = { added: 0, changed: 0, unchanged: 0, rejected: 0 }
  for (const each of lines) {
    const isReadable = !['', 'No\nbody'].includes(each.name) && each.since !== '2023-02-29'
    const cameBefore = seen.has(each.id)
    if (isReadable) seen.add(each.id)
    const others = [...state.values()].filter(({ id }) => id !== each.id)
    const isTaken = others.some(({ mail, phone }) => mail === each.mail || phone === each.phone)
    const before = state.get(each.id)
    if (!isReadable || cameBefore || isTaken || each.since === '9999-01-01') {
      counts.rejected += 1
    } else if (before === undefined) {
      counts.added += 1
      state.set(each.id, each)
    } else if (JSON.stringify(before) === JSON.stringify(each)) {
      counts.unchanged += 1
    } else {
      counts.changed += 1
      state.set(each.id, each)
    }
  }
  return counts
}

test('any files leave what they would, had their lines come one by one', async ({ database }) => {
  let n = 0
  await withClient(database.access.as('fluence_server'), async (server) => {
    const rings = testRings(server)
    await fc.assert(
      fc.asyncProperty(history, async (files) => {
        const brandId = await newBrand(database, `history-${(n += 1)}`)
        const state = new Map<number, Line>()
        for (const { lines, batchRows, end } of files) {
          const wanted = tell(state, lines)
          const text = csvOf(lines.map(given), undefined, end)
          const done = await importText(database, brandId, text, { batchRows })
          expect(done).toMatchObject(wanted)
        }
        const lookup = await rings.forLookup(brandId)
        const { rows } = await withClient(database.superuserUrl, (client) =>
          client.query(
            `select c.id::int, c.channel, c.since::text, encode(i.mail_hash, 'hex') as mail,
               encode(i.phone_hash, 'hex') as phone, encode(i.whole_hash, 'hex') as whole
             from app_public.customers as c
             join app_private.customer_identities as i
               on i.brand_id = c.brand_id and i.customer_id = c.id
             where c.brand_id = $1 order by c.id`,
            [brandId],
          ),
        )
        const hash = (kind: 'mail' | 'phone' | 'whole', text: string) =>
          keyedHash(lookup, kind, text).toString('hex')
        expect(rows).toEqual(
          [...state.values()]
            .toSorted((one, other) => one.id - other.id)
            .map((each) => {
              const { customer_name, customer_mail, customer_phone, customer_address } = given(each)
              return {
                id: each.id,
                channel: each.channel === -1 ? null : each.channel,
                since: each.since,
                mail: hash('mail', String(customer_mail)),
                phone: hash('phone', String(customer_phone).replaceAll(' ', '')),
                whole: hash(
                  'whole',
                  JSON.stringify([customer_name, customer_mail, customer_phone, customer_address]),
                ),
              }
            }),
        )
      }),
      { numRuns: 25 },
    )
  })
}, 180_000)
