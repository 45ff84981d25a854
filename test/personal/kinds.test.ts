import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KindName, kinds, tidy } from '../../src/server/personal/kinds.ts'

const { name, mail, phone, address } = kinds
const faultOf = (kind: KindName, text: string) => kinds[kind].fault(tidy(text))

test('what is stored is trimmed, in one form, and as it was given otherwise', () => {
  expect(tidy('  Ame\u0301lie\tO’Neil \r\n')).toBe('Am\u00e9lie O’Neil')
  expect(tidy('1 Way\r\n2nd floor')).toBe('1 Way\n2nd floor')
})

describe('a value is taken', () => {
  test.each<[KindName, string]>([
    ['name', 'Jane Doe'],
    ['name', 'Ö'],
    ['name', '山田 太郎'],
    ['name', 'x'.repeat(50)],
    ['name', '😀'.repeat(50)],
    ['name', 'علی‌رضا'],
    ['mail', 'jane+tag@shop.example'],
    ['mail', "o'neil@mail.shop.example"],
    ['mail', 'jörg@müller.example'],
    ['mail', `${'x'.repeat(64)}@shop.example`],
    ['mail', 'a@xn--mller-kva.example'],
    ['phone', '+49 (170) 123-45.67'],
    ['phone', '0049/170 1234567'],
    ['phone', '+123456789012345'],
    ['phone', '０１７０１２３４'],
    ['address', '1 Way\n12345 Town'],
    ['address', 'x'.repeat(1000)],
  ])('%s: %j', (kind, text) => {
    expect(faultOf(kind, text)).toBeUndefined()
  })
})

describe('a value is refused, with a word for why', () => {
  test.each<[KindName, string, string]>([
    ['name', ' \n', 'missing'],
    ['name', 'x'.repeat(51), 'too_long'],
    ['name', 'Jane\nDoe', 'malformed'],
    ['name', 'Jane\u0000', 'malformed'],
    ['name', 'Jane \ud800', 'malformed'],
    ['mail', '', 'missing'],
    ['mail', 'jane', 'malformed'],
    ['mail', 'jane@shop', 'malformed'],
    ['mail', 'jane@@shop.example', 'malformed'],
    ['mail', 'jane doe@shop.example', 'malformed'],
    ['mail', 'jane@shop..example', 'malformed'],
    ['mail', '.jane@shop.example', 'malformed'],
    ['mail', 'jane.@shop.example', 'malformed'],
    ['mail', 'jane@-shop.example', 'malformed'],
    ['mail', 'jane@shop.example, joe@shop.example', 'malformed'],
    ['mail', `${'x'.repeat(65)}@shop.example`, 'malformed'],
    ['mail', `j@${'x'.repeat(250)}.example`, 'too_long'],
    ['phone', '12', 'malformed'],
    ['phone', '1-800-FLOWERS', 'malformed'],
    ['phone', '49+170', 'malformed'],
    ['phone', '+1234567890123456', 'too_long'],
    ['address', 'x'.repeat(1001), 'too_long'],
    ['address', 'Way\u0007 1', 'malformed'],
  ])('%s: %j: %s', (kind, text, fault) => {
    expect(faultOf(kind, text)).toBe(fault)
  })

  test('before the test is over, whatever is sent', () => {
    const sent = ['@'.repeat(1e6), 'a.'.repeat(1e6), `a@${'a-.'.repeat(80)}`, '\n'.repeat(999)]
    for (const text of sent) expect(mail.fault(text)).toBeDefined()
    for (const text of sent.slice(0, 2)) {
      for (const kind of Object.values(kinds)) expect(kind.fault(text)).toBe('too_long')
    }
  })
})

describe('two spellings of one thing are the same', () => {
  test.each<[KindName, string, string]>([
    ['name', 'Jane  DOE', 'jane doe'],
    ['name', 'Ame\u0301lie', 'AMÉLIE'],
    ['mail', 'Jane@Shop.EXAMPLE', 'jane@shop.example'],
    ['mail', 'jane@müller.example', 'jane@xn--mller-kva.example'],
    ['mail', 'ｊane@shop.example', 'jane@shop.example'],
    ['mail', 'JOSE\u0301@shop.example', 'jos\u00e9@shop.example'],
    ['phone', '+49 (170) 123-4567', '00491701234567'],
    ['phone', '０１７０ 1234', '01701234'],
    ['address', '1, Way\n12345 Town', '1 way 12345 TOWN'],
  ])('%s: %j and %j', (kind, one, other) => {
    expect(kinds[kind].normalise(tidy(one))).toBe(kinds[kind].normalise(tidy(other)))
  })

  test.each<[KindName, string, string]>([
    ['mail', 'jane+tag@shop.example', 'jane@shop.example'],
    ['mail', 'ja.ne@shop.example', 'jane@shop.example'],
    ['phone', '+49170', '0170'],
    ['address', '12 Way', '1 2 Way'],
  ])('but not %s: %j and %j', (kind, one, other) => {
    expect(kinds[kind].normalise(tidy(one))).not.toBe(kinds[kind].normalise(tidy(other)))
  })

  test('and what was normalised once, stays', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('name', 'address'),
        fc.string({ unit: 'binary' }),
        (kind, text) => {
          const once = kinds[kind].normalise(tidy(text))
          expect(kinds[kind].normalise(once)).toBe(once)
        },
      ),
    )
  })
})

describe('a mask', () => {
  test('shows that there is something, and not whose', () => {
    expect(name.mask('Jane Doe')).toBe('J***')
    expect(name.mask('😀 Doe')).toBe('😀***')
    expect(mail.mask('jane@shop.example')).toBe('j***@***')
    expect(phone.mask('+49 170 1234567')).toBe('***67')
    expect(address.mask('1 Way, Town')).toBe('***')
  })

  test('is never the whole of it, not of the shortest either', () => {
    expect(name.mask('Ö')).toBe('***')
    expect(mail.mask('j@shop.example')).toBe('***@***')
    expect(phone.mask('112')).toBe('***')
    expect(phone.mask('1123')).toBe('***3')
  })

  test('fits its column', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const kind of Object.values(kinds)) {
          expect(kind.mask(tidy(text)).length).toBeLessThanOrEqual(50)
        }
      }),
    )
  })
})
