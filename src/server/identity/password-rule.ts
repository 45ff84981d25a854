import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

export type BrokenRule =
  | 'too_short'
  | 'too_long'
  | 'not_text'
  | 'no_digit'
  | 'no_upper_case'
  | 'no_lower_case'
  | 'no_special_character'
  | 'repeats_a_character'
  | 'repeats_itself'
  | 'too_common'
  | 'like_the_account'

/** What an account is known by: nobody's password should be that. */
export interface Known {
  readonly mail?: string
  readonly name?: string
}

const commonWords = fs
  .readFileSync(path.join(import.meta.dirname, 'common-words.txt'), 'utf8')
  .split(/\s+/)
  .filter((word) => word !== '')
const years = Array.from({ length: 100 }, (_, index) => String(1940 + index))

const special = /[^\p{L}\p{M}\p{N}\p{C}]/u

/**
 * Which rules a new password breaks; none when it is good. The rule is the security plan's: 8
 * characters minimum, a number, upper and lower case, a special character, none twice in a row.
 * Beyond it: no part twice over, and what is left when common words, or the account's own, are taken
 * out must be something.
 */
export function brokenRules(password: string, known: Known = {}): BrokenRule[] {
  // First of all, so that nothing below works on a flood of text.
  if (Buffer.byteLength(password) > 1_000) return ['too_long']
  if (!password.isWellFormed()) return ['not_text']
  const text = password.normalize('NFKC')
  const characters = [...text]
  const rules: readonly (readonly [BrokenRule, boolean])[] = [
    ['too_short', characters.length < 8],
    ['no_digit', !/\p{Nd}/u.test(text)],
    ['no_upper_case', !/\p{Lu}/u.test(text)],
    ['no_lower_case', !/\p{Ll}/u.test(text)],
    ['no_special_character', !special.test(text)],
    ['repeats_a_character', characters.some((one, place) => one === characters[place - 1])],
    ['repeats_itself', repeatsItself(lower(text))],
    ['too_common', isMostly(text, [...commonWords, ...years])],
    ['like_the_account', isMostly(text, wordsOf(known))],
  ]
  return rules.flatMap(([rule, isBroken]) => (isBroken ? [rule] : []))
}

/** One that nobody chose: 20 letters and digits in groups, which can be read out. */
export function newPassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
  for (;;) {
    const letters = Array.from({ length: 20 }, () => alphabet[crypto.randomInt(alphabet.length)])
    const password = letters.join('').replace(/.{5}(?!$)/g, '$&-')
    if (brokenRules(password).length === 0) return password
  }
}

function wordsOf({ mail = '', name = '' }: Known): string[] {
  const parts = [mail, ...mail.split('@'), name, ...`${mail} ${name}`.split(/[^\p{L}\p{M}\p{N}]+/u)]
  return parts.map(lower).filter((part) => [...part].length >= 3)
}

/** Whether it is one part over and over: half of it, or less, tells the rest. */
function repeatsItself(text: string): boolean {
  const parts = Array.from({ length: Math.floor(text.length / 2) }, (_, i) => i + 1)
  return parts.some((part) => text.slice(part) === text.slice(0, -part))
}

/** Whether fewer than six characters are left of a text once these words are taken out. */
function isMostly(text: string, words: readonly string[]): boolean {
  const plain = lower(text)
  const covered = new Set<number>()
  const spelled = [plain, bare(plain)]
  const readings = spelled.flatMap((each) => [each, undo(each, 'i'), undo(each, 'l')])
  for (const reading of new Set(readings)) {
    for (const word of words) {
      for (let at = reading.indexOf(word); at >= 0; at = reading.indexOf(word, at + 1)) {
        for (let place = at; place < at + word.length; place++) covered.add(place)
      }
    }
  }
  return covered.size > 0 && text.length - covered.size < 6
}

/** Character by character, so that places stay the same: some letters grow in lower case. */
const lower = (text: string) =>
  text.normalize('NFKC').replace(/\p{Lu}/gu, (letter) => {
    const small = letter.toLowerCase()
    return small.length === letter.length ? small : letter
  })

/** Letters without their marks, as on a keyboard that lacks them: Türkiye, Turkiye. */
const bare = (text: string) =>
  text.replace(/[\u0080-\uFFFF]/g, (letter) =>
    letter === 'ı' ? 'i' : (letter.normalize('NFD')[0] ?? letter).toLowerCase(),
  )

const substitutes: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '8': 'b',
  '(': 'c',
  '3': 'e',
  '6': 'g',
  '9': 'g',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
  '+': 't',
  '2': 'z',
}

/** What was meant by digits and signs in the place of letters: 1, ! and | stand for two. */
const undo = (text: string, one: 'i' | 'l') =>
  text.replace(/[1!|]/g, one).replace(/[@48(3690$57+2]/g, (sign) => substitutes[sign] ?? sign)
