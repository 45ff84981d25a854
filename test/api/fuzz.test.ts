import fc from 'fast-check'
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type IntrospectionQuery,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'postgraphile/graphql'
import { expect } from 'vitest'
import { withClient } from '../../src/server/postgres/connect.ts'
import { type Answer, type Api, test } from '../harness/api.ts'

const documents = 10_000
const atOnce = 16

const nasty = [
  'NaN',
  'Infinity',
  '-Infinity',
  '1e400',
  '-1',
  '0',
  '9223372036854775808',
  '1.00001',
  'infinity',
  '0001-01-01',
  '294277-01-01',
  '2026-02-30',
  'EUR',
  'Kitchen',
  '',
  ' ',
  "'",
  '"',
  '\\',
  '\u0000',
  '\ud800',
  '👩‍🚀',
  '\u202eשלום',
  '%s',
  '$1',
  "'; drop table app_public.products; --",
  '../../etc',
  '{"a":1}',
  '[]',
  'null',
  'true',
  'x'.repeat(3000),
]

/** Random documents of the schema, mostly sound and partly spoiled. */
class Writer {
  readonly #schema: GraphQLSchema
  readonly #pick: () => number

  constructor(schema: GraphQLSchema, seed: number) {
    this.#schema = schema
    // A generator of its own, so that a seed tells the same story again.
    let state = seed
    this.#pick = () => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
      return state / 4_294_967_296
    }
  }

  #one<T>(from: readonly T[]): T {
    return from[Math.floor(this.#pick() * from.length)] as T
  }

  #chance(share: number) {
    return this.#pick() < share
  }

  document(): string {
    const kind = this.#chance(0.3) ? 'mutation' : 'query'
    const root = kind === 'query' ? this.#schema.getQueryType() : this.#schema.getMutationType()
    const text = `${kind} ${this.#selection(root as GraphQLObjectType, 0)}`
    if (!this.#chance(0.15)) return text
    const at = Math.floor(this.#pick() * text.length)
    return (
      text.slice(0, at) +
      this.#one(['{', '}', '"', '@', '...', '\u0000', ' $x', '👩‍🚀']) +
      text.slice(at)
    )
  }

  #selection(type: GraphQLObjectType, depth: number): string {
    const fields = Object.values(type.getFields())
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)))
    const from = depth > 3 && leaves.length > 0 ? leaves : fields
    const count = 1 + Math.floor(this.#pick() * 3)
    const chosen = Array.from({ length: count }, () => this.#field(this.#one(from), depth))
    return `{ ${['__typename', ...chosen].join(' ')} }`
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const args = field.args
      .filter((arg) => isNonNullType(arg.type) || this.#chance(0.3))
      .map((arg) => `${arg.name}: ${this.#value(arg.type, 0)}`)
    const type = getNamedType(field.type)
    const inner = isObjectType(type)
      ? ` ${depth > 8 ? '{ __typename }' : this.#selection(type, depth + 1)}`
      : ''
    const alias = this.#chance(0.5) ? `a${Math.floor(this.#pick() * 1e6)}: ` : ''
    return `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${inner}`
  }

  #value(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.#value(type.ofType, depth)
    if (this.#chance(0.05)) return this.#one(['null', '1', '"x"', '[]', '{}', 'true', '$v'])
    if (isListType(type)) return `[${this.#value(type.ofType, depth + 1)}]`
    if (isEnumType(type)) return this.#one(type.getValues()).name
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isNonNullType(field.type) || (depth < 3 && this.#chance(0.25)),
      )
      return `{ ${fields.map((f) => `${f.name}: ${this.#value(f.type, depth + 1)}`).join(', ')} }`
    }
    if (type.toString() === 'Int')
      return this.#one(['0', '1', '7', '-1', '100', '2147483647', '2147483648'])
    if (type.toString() === 'Boolean') return this.#one(['true', 'false'])
    return JSON.stringify(this.#one(nasty))
  }
}

/** A fault of ours, SQL, a place in our code, or a code that is not in the register. */
function isOurFault({ status, body: { errors = [] } }: Answer): boolean {
  const told = JSON.stringify(errors)
  return (
    status >= 500 ||
    /\bselect\b .* from|insert into|node_modules|\bat async\b/.test(told) ||
    errors.some(({ extensions: { code } }) => !/^FL\d{3}$/.test(code) || code === 'FL906')
  )
}

test('what is a fault of ours is taken for one', () => {
  const told = (status: number, message: string, code: string) =>
    isOurFault({ status, body: { errors: [{ message, extensions: { code, reference: '' } }] } })
  expect(told(400, 'A value is not valid.', 'FL915')).toBe(false)
  expect(told(500, 'A value is not valid.', 'FL915')).toBe(true)
  expect(told(200, 'Something went wrong on our side.', 'FL906')).toBe(true)
  expect(told(400, 'A value is not valid.', '22P02')).toBe(true)
  expect(told(400, 'in: select a from b', 'FL915')).toBe(true)
  expect(told(400, 'Error at async f', 'FL915')).toBe(true)
})

async function schemaOf(api: Api): Promise<GraphQLSchema> {
  const { body } = await api.graphql(getIntrospectionQuery())
  return buildClientSchema(body.data as unknown as IntrospectionQuery)
}

const rowsOf = (api: Api, slug: string) =>
  withClient(api.database.superuserUrl, async (client) => {
    const { rows } = await client.query(
      `select md5(string_agg(p::text, '' order by p.id)) as hash
       from app_public.products as p join app_public.organizations as o on o.id = p.brand_id
       where o.slug = $1`,
      [slug],
    )
    return rows[0].hash as string | null
  })

test(
  `${documents} generated documents never meet a fault of ours`,
  { timeout: 300_000 },
  async ({ api }) => {
    const schema = await schemaOf(api)
    const roles = [undefined, 'product_manager', 'admin', 'analyst']
    const signIn = async (role: string | undefined) => role && api.signIn('acme', role)
    const handles = await Promise.all(roles.map(signIn))
    const other = await api.signIn('globex', 'product_manager')
    await api.graphql(
      `mutation { createProduct(input: { product: { title: "Theirs", category: "K",
         productPrice: "1", currency: "EUR" } }) { clientMutationId } }`,
      {},
      other,
    )
    const theirs = await rowsOf(api, 'globex')
    expect(theirs).not.toBeNull()

    const seed = fc.sample(fc.integer({ min: 1, max: 2 ** 31 }), 1)[0] ?? 1
    const writer = new Writer(schema, seed)
    const statuses: Record<string, number> = {}
    let sent = 0
    const sender = async () => {
      while (sent < documents) {
        sent += 1
        const who = sent % roles.length
        const query = writer.document()
        const { status, body } = await api.graphql(query, {}, handles[who])
        statuses[status] = (statuses[status] ?? 0) + 1
        // Some documents sign out, or make an analyst of an admin.
        const ended = body.errors?.some(({ extensions: { code } }) => code === 'FL903')
        if (ended) handles[who] = await signIn(roles[who])
        // Ten thousand calls of expect(), and the texts that go with them, would take seconds.
        if (isOurFault({ status, body })) {
          const cause = String(api.reports.at(-1)?.error)
          expect.fail(`seed ${seed}: ${query}\n${status} ${JSON.stringify(body)}\n${cause}`)
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, sender))

    expect(await rowsOf(api, 'globex')).toBe(theirs)
    // The documents were no nonsense throughout: many went through, many did not.
    expect(statuses['200']).toBeGreaterThan(documents / 20)
    expect(statuses['400']).toBeGreaterThan(documents / 20)
  },
)
