import 'postgraphile'
import type { FieldArgs, Step } from 'postgraphile/grafast'
import { extendSchema, gql } from 'postgraphile/utils'
import type { KeyRings } from '../personal/key-rings.ts'
import { keyedHash } from '../personal/keyed-hash.ts'
import { type KindName, kinds, tidy } from '../personal/kinds.ts'
import { unseal } from '../personal/seal.ts'
import { Refusal } from './errors.ts'

/** Asks in a transaction of its own, with the rights of whoever makes the request. */
export type AskAsCaller = <T extends object>(text: string, values: unknown[]) => Promise<T[]>

declare global {
  namespace Grafast {
    interface Context {
      asCaller: AskAsCaller
      /** The brand that the caller acts for. */
      brand: string | null
    }
  }
}

/** One of these in a document: each opening of personal data is a request of its own. */
export const personalMutations: ReadonlySet<string> = new Set(['readPerson', 'findCustomer'])

const typeDefs = gql`
  "Who a customer is, in clear."
  type Person {
    customerId: BigInt!
    name: String!
    mail: String!
    phone: String!
    address: String!
  }

  "Whom a mail or a phone belongs to."
  type FoundCustomer {
    "The number of the customer; null where it is nobody's."
    customerId: BigInt
  }

  extend type Mutation {
    "Opens the personal data of a customer. Who, when and why is written to the audit log. For admins who are signed in."
    readPerson(customerId: BigInt!, reason: String!): Person

    "Finds the customer of a mail or of a phone; one of the two is given. Written to the audit log like reading."
    findCustomer(mail: String, phone: String, reason: String!): FoundCustomer
  }
`

interface Caller {
  readonly ask: AskAsCaller
  readonly brand: string | null
}

interface SealedPerson extends Readonly<Record<KindName, Buffer>> {
  readonly person_ref: string
  readonly key_version: number
  readonly wrapped: Buffer
  readonly master_key_id: string
}

/** SQL decides and writes it down; what it answers is opened here, where the master key is. */
async function readPerson(
  rings: KeyRings,
  { ask, brand }: Caller,
  { customerId, reason }: { customerId: string; reason: string },
) {
  const [row] = await ask<SealedPerson>('select p.* from app_public.read_person($1, $2) as p', [
    customerId,
    reason,
  ])
  if (row === undefined || brand === null) {
    throw new Refusal('FL002', 'There is no such customer.', 404)
  }
  const { person_ref: ref, key_version: version } = row
  const { key } = rings.unwrapped(brand, version, row.wrapped, row.master_key_id)
  const open = (column: KindName) =>
    unseal(key, { ring: brand, kind: `customer_identities.${column}`, version, ref }, row[column])
  return {
    customerId,
    name: open('name'),
    mail: open('mail'),
    phone: open('phone'),
    address: open('address'),
  }
}

async function findCustomer(
  rings: KeyRings,
  { ask, brand }: Caller,
  given: { mail?: string | null; phone?: string | null; reason: string },
) {
  const { mail, phone, reason } = given
  // First: whoever may not find anybody learns nothing of the text, and makes no key.
  await ask('select app_public.require_reader($1)', [reason])
  if ((mail == null) === (phone == null)) {
    throw new Refusal('FL901', 'Either a mail or a phone is looked for.', 400)
  }
  const hash = async (kind: KindName, text?: string | null) =>
    text == null || brand === null
      ? null
      : keyedHash(await rings.forLookup(brand), kind, comparable(kind, text))
  const [found] = await ask<{ id: string | null }>(
    'select app_public.find_customer($1, $2, $3) as id',
    [await hash('mail', mail), await hash('phone', phone), reason],
  )
  return { customerId: found?.id ?? null }
}

function comparable(kind: KindName, given: string): string {
  const text = tidy(given)
  if (kinds[kind].fault(text) !== undefined) {
    throw new Refusal('FL915', `This is no ${kind}.`, 400)
  }
  return kinds[kind].normalise(text)
}

const work = { readPerson, findCustomer }

/** The two doors to personal data: neither is SQL's alone, because the keys are not in the database. */
export const personalPlugin = (rings: KeyRings | undefined): GraphileConfig.Plugin =>
  extendSchema((build) => {
    const { context, sideEffect } = build.grafast
    const act =
      (name: keyof typeof work) =>
      (_root: Step, args: FieldArgs): Step =>
        sideEffect(
          [context().get('asCaller'), context().get('brand'), args.getRaw()],
          ([ask, brand, given]) => rings && work[name](rings, { ask, brand }, given as never),
        )
    const plans = { readPerson: act('readPerson'), findCustomer: act('findCustomer') }
    return { typeDefs, objects: { Mutation: { plans } } }
  }, 'PersonalPlugin')
