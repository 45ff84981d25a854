import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { mailAddress, oneAddress } from '../../../src/server/mail/address.ts'
import { type Story, test } from '../../harness/test.ts'

const good = [
  'ann@example.com',
  'Ann@Example.com',
  "o'brien+news@sub.example.co",
  'özge@example.com',
  'ann@localhost',
  'ann@xn--bcher-kva.example',
  `${'x'.repeat(64)}@example.com`,
]

const bad = [
  'ann',
  '@example.com',
  'ann@',
  'a@b@example.com',
  'ann@[127.0.0.1]',
  'ann@127.0.0.1',
  '"ann"@example.com',
  'ann(at home)@example.com',
  'Ann <ann@example.com>',
  'a,b@example.com',
  'a..b@example.com',
  '.ann@example.com',
  'ann.@example.com',
  'ann@example.com.',
  'ann@.example.com',
  'ann@-example.com',
  'ann@bücher.example',
  'ann@exa mple.com',
  'ann\r\nbcc:eve@example.com',
  'ann\u200b@example.com',
  'ann\u00ad@example.com',
  '\u202eann@example.com',
  'ann\u2066@example.com',
  'ann\ufeff@example.com',
  'ann\u{e0041}@example.com',
  'ａｎｎ@example.com',
  'ann\u0085@example.com',
  `${'x'.repeat(65)}@example.com`,
  `ann@${'x'.repeat(64)}.com`,
  `ann@${'x.'.repeat(125)}com`,
]

const takes = async (story: Story, addresses: readonly string[]) => {
  await story.rows(
    `create function pg_temp.takes(mail text) returns boolean language plpgsql as $$
     begin
       perform takes.mail::app_public.mail_address;
       return true;
     exception when check_violation then return false;
     end $$`,
  )
  const rows = await story.rows<{ so: boolean }>(
    `select pg_temp.takes(a.mail) as so
     from unnest($1::text[]) with ordinality as a (mail, place) order by a.place`,
    [addresses],
  )
  return rows.map(({ so }) => so)
}

describe('an address', () => {
  test('is one, or is none, by hand', async ({ story }) => {
    expect(good.filter((each) => !mailAddress.test(each))).toEqual([])
    expect(bad.filter((each) => mailAddress.test(each))).toEqual([])
    expect(await takes(story, good)).toEqual(good.map(() => true))
  })

  test('is taken by the database if and only if the mailer takes it', async ({ story }) => {
    const sign = fc.oneof(
      fc.constantFrom(...'abzAZ019.-@_+\'"<>()[];:,\\ \t\n', 'ö', 'ß', 'İ', 'ı', '😀', 'ａ'),
      fc.integer({ min: 1, max: 0x2_fff }).map((n) => String.fromCodePoint(n)),
      fc.integer({ min: 0xe_000, max: 0x10_ffff }).map((n) => String.fromCodePoint(n)),
    )
    const text = fc.string({ unit: sign, maxLength: 12 })
    const made = fc.sample(
      fc.oneof(
        fc.tuple(text, text).map(([local, domain]) => `${local}@${domain}`),
        text.map((local) => `${local}@example.com`),
        text.map((domain) => `ann@${domain}`),
        text.map((label) => `ann@a${label}b.example`),
      ),
      4_000,
    )
    const all = [...good, ...bad, ...made]
    const taken = await takes(story, all)
    expect(all.filter((each, i) => mailAddress.test(each) !== taken[i])).toEqual([])
    expect(taken.filter((each) => each).length).toBeGreaterThan(100)
  })
})

describe('one mailbox has one address', () => {
  test.for([
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@BÜCHER.example', 'ann@xn--bcher-kva.example'],
    ['ann@XN--BCHER-KVA.example', 'ann@xn--bcher-kva.example'],
    [' ann@example.com. ', 'ann@example.com'],
    ['ann@exa\u00admple.com', 'ann@example.com'],
    ['ÖZGE@example.com', 'öZGE@example.com'],
    ['o\u0308zge@example.com', 'özge@example.com'],
    ['ΣΟΦΙΑ@example.com', 'σοφια@example.com'],
    ['Ann@Example.COM', 'Ann@example.com'],
    ['ann@ex%41mple.com', 'ann@ex%41mple.com'],
    ['no mail', 'no mail'],
    ['ann@', 'ann@'],
  ] as const)('%s is %s', ([text, address]) => {
    expect(oneAddress(text)).toBe(address)
    expect(oneAddress(address)).toBe(address)
  })

  test('and one key', async ({ story }) => {
    const keyOf = async (text: string) => {
      const { key } = await story.one<{ key: string }>('select app_private.mail_key($1) as key', [
        oneAddress(text),
      ])
      return key
    }
    for (const [one, other] of [
      ['Özge@Bücher.example', 'özGE@xn--bcher-kva.EXAMPLE.'],
      ['o\u0308zge@example.com', 'ÖZGE@EXAMPLE.COM'],
      ['ann@example.com', ' ANN@example.com. '],
    ] as const) {
      expect(await keyOf(one)).toBe(await keyOf(other))
    }
    expect(await keyOf('ann@example.com')).not.toBe(await keyOf('ann@example.org'))
  })
})
