/** Says what is wrong and where, never the value. */
export class BadPayload extends Error {
  constructor(at: string, wanted: string) {
    super(`${at} is not ${wanted}`)
    this.name = 'BadPayload'
  }
}

/** Gives a value its type, or throws BadPayload. */
export type Parse<T> = (value: unknown, at?: string) => T
export type Parsed<P> = P extends Parse<infer T> ? T : never

const refuse = (at: string, wanted: string): never => {
  throw new BadPayload(at, wanted)
}

/** The number of a row, as text: JavaScript would round a large one. */
export const id: Parse<string> = (value, at = 'the payload') =>
  typeof value === 'string' && /^\d{1,19}$/.test(value) ? value : refuse(at, 'the number of a row')

export const anyText: Parse<string> = (value, at = 'the payload') =>
  typeof value === 'string' ? value : refuse(at, 'a text')

export const code: Parse<string> = (value, at = 'the payload') =>
  typeof value === 'string' && /^[\w.:-]{1,200}$/.test(value) ? value : refuse(at, 'a code')

export const oneOf =
  <const T extends string>(...options: T[]): Parse<T> =>
  (value, at = 'the payload') =>
    options.find((option) => option === value) ?? refuse(at, `one of ${options.join(', ')}`)

export const nullable =
  <T>(parse: Parse<T>): Parse<T | null> =>
  (value, at) =>
    value === null ? null : parse(value, at)

/** A value whose own fields are somebody else's to check. */
export const anything: Parse<unknown> = (value) => value

/** An object with exactly these fields. */
export const object =
  <const F extends Record<string, Parse<unknown>>>(
    fields: F,
  ): Parse<{ readonly [K in keyof F]: Parsed<F[K]> }> =>
  (value, at = 'the payload') => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return refuse(at, 'an object')
    }
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name))
    if (unknown !== undefined) return refuse(at, `without the field ${unknown}`)
    const given = value as Record<string, unknown>
    const entries = Object.entries(fields).map(([name, parse]) => [
      name,
      parse(given[name], `${at}.${name}`),
    ])
    return Object.fromEntries(entries) as { readonly [K in keyof F]: Parsed<F[K]> }
  }
