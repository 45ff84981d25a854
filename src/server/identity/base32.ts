/** The bits of some bytes, five to a letter, most significant first; the last letter padded with 0. */
export function base32(bytes: Uint8Array, alphabet: string): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = bits.match(/.{1,5}/g) ?? []
  return letters.map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}
