import crypto from 'node:crypto'

/** Letters that no word of ours has in this order. */
const consonants = 'bcdfghjkmqvwxz'

/** No character twice in a row: no password may have that. */
function randomOf(alphabet: string, length: number): string {
  let text = ''
  while (text.length < length) {
    const next = alphabet[crypto.randomInt(alphabet.length)] ?? ''
    if (!text.endsWith(next)) text += next
  }
  return text
}

/** A number in eight characters, none twice in a row. */
const numbered = (n: number) =>
  [1000, 100, 10, 1].map((place, i) => `${Math.floor(n / place) % 10}${'aeio'[i]}`).join('')

/**
 * Values that look like those of people and that nobody else has. All of one brood begin alike, so a
 * piece of any of them is found by one beginning, however many there are.
 */
export class Brood {
  readonly name: string
  readonly letters = randomOf(consonants, 10)
  readonly digits = `49${randomOf('123456789', 8)}`
  count = 0

  constructor(name: string) {
    this.name = name
  }

  word(): string {
    this.count += 1
    return `${this.letters}${numbered(this.count)}`
  }
  mail = () => `${this.word()}@canary.example`
  personName = () => `Anna ${this.word()}`
  address = () => `${this.word()} Street 5, 12345 Canary`
  phone(): string {
    this.count += 1
    return `+${this.digits}${String(this.count).padStart(4, '0').slice(-4)}`
  }

  /** How their beginning reads in bytes, by the name of the form. */
  get needles(): Form[] {
    const texts = [this.letters, this.letters.toUpperCase(), this.digits]
    return texts.flatMap((text) => formsOf(Buffer.from(text)))
  }
}

type Form = [form: string, needle: Buffer]

function formsOf(bytes: Buffer): Form[] {
  const text = bytes.toString()
  const hex = bytes.toString('hex')
  const wide = Buffer.from(text, 'utf16le')
  const forms: Form[] = [
    ['plain', bytes],
    ['utf-16le', wide],
    ['utf-16be', Buffer.from(wide).swap16()],
    ['hex', Buffer.from(hex)],
    ['hex', Buffer.from(hex.toUpperCase())],
    ['reversed', Buffer.from([...text].toReversed().join(''))],
  ]
  // Three bytes make four characters: where the value begins among them decides how it reads.
  for (const before of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const whole = padded.toString('base64').replace(/=+$/, '')
    const from = Math.ceil((before * 8) / 6)
    const to = Math.floor((padded.length * 8) / 6)
    const needle = whole.slice(from, to)
    forms.push(['base64', Buffer.from(needle)])
    forms.push(['base64', Buffer.from(needle.replaceAll('+', '-').replaceAll('/', '_'))])
  }
  return forms
}
