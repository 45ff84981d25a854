import { describe, expect, test } from 'vitest'
import { brokenRules } from '../../src/server/identity/password-rule.ts'

const good = 'Tu7ip-Vase'
const known = { mail: 'jane.doe@shop.example', name: 'Jane Doe-Winkler' }

describe('a password', () => {
  test.each([
    good,
    'nP4$kW9z',
    'tandem Horse 5 lantern',
    'Überweg-41x',
    'Пароль-9xQ',
    '🌷Vase-7wQk',
    `aB3-${'xy'.repeat(498)}`,
    'Kv7!Kv7!x',
  ])('%s is good', (text) => {
    expect(brokenRules(text, known)).toEqual([])
  })

  test.each([
    ['', ['too_short', 'no_digit', 'no_upper_case', 'no_lower_case', 'no_special_character']],
    ['nP4$kW9', ['too_short']],
    ['🌷nP4$w', ['too_short']],
    ['nPx$kWvz', ['no_digit']],
    ['np4$kw9z', ['no_upper_case']],
    ['NP4$KW9Z', ['no_lower_case']],
    ['nP4zkW9z', ['no_special_character']],
    ['nP4\u0001kW9z', ['no_special_character']],
    ['nP4$kWW9z', ['repeats_a_character']],
    ['nR4$$kW9', ['repeats_a_character']],
    ['🌷🌷nP4$kW9', ['repeats_a_character']],
    ['nP4$kW\uD800z9', ['not_text']],
    ['Kv7!Kv7!', ['repeats_itself']],
    ['Kv7!kV7!', ['repeats_itself']],
    ['Kv7!Kv7!Kv', ['repeats_itself']],
    ['v7!Wzv7!Wz', ['repeats_itself']],
    [`aB3-${'xy'.repeat(499)}`, ['too_long']],
    [`aB3-${'ü'.repeat(499)}`, ['too_long']],
  ])('%s breaks %j', (text, rules) => {
    expect(brokenRules(text)).toEqual(rules)
  })

  test('may have a letter again in the other case, or later', () => {
    expect(brokenRules('nNP4$kW9n')).toEqual([])
  })

  test('is counted as it is hashed: two ways to type one letter are one', () => {
    expect(brokenRules('nP4$\u00E9e\u0301W9z')).toEqual(['repeats_a_character'])
  })
})

describe('a common password', () => {
  test.each([
    'Qwerty123!',
    'Qwerty123456789!',
    'Welcome2024!',
    '!2024Welcome',
    'W3lc0me!24',
    'Adm1n#2024',
    'Dr@g0n-2019',
    'P@s5w0rd-1',
    'L3tm31n!?',
    'Fluence#1',
    'Summer-Winter7',
    'Abcd1234!',
    '1q2w3e4R!',
    'Monkey_83',
    'Turkiye1!',
    'Türkiye1!',
    'TÜRKİYE-1z',
    'Ankara06!',
    'Hosgeldin1!',
    'Hoşgeldin1!',
    'H0sgeld1n!',
    'Güneş-Yıldız7',
  ])('%s is told as one', (text) => {
    expect(brokenRules(text)).toContain('too_common')
  })

  test('is one no more with enough beside it', () => {
    expect(brokenRules('Monkey-Kp7wVz')).toEqual([])
  })
})

describe("the account's own words", () => {
  test.each(['Jane.Doe@shop.example7', 'Winkler-1975', 'J4ne.D0e!7', 'Shop.Jane1', 'D0e-Winkler!'])(
    '%s is told as such',
    (text) => {
      expect(brokenRules(text, known)).toContain('like_the_account')
      expect(brokenRules(text)).not.toContain('like_the_account')
    },
  )

  test('that are too short say nothing', () => {
    expect(brokenRules(good, { name: 'Tu', mail: 'i@p.va' })).toEqual([])
  })

  test('may stretch in lower case', () => {
    expect(brokenRules('İrem-9175', { name: 'İrem' })).toContain('like_the_account')
  })
})
