import crypto from 'node:crypto'
import type pg from 'pg'
import { keyedHash } from '../../src/server/personal/keyed-hash.ts'
import { KeyRings } from '../../src/server/personal/key-rings.ts'
import { MasterKey, MasterKeys } from '../../src/server/personal/master-key.ts'
import { seal, unseal } from '../../src/server/personal/seal.ts'

export const newMasterKey = () => crypto.randomBytes(32)

/** What a server has that was given that key, and maybe the one before it. */
export function masterKeys(key: Buffer | undefined, previous?: Buffer): MasterKeys {
  const read = (bytes: Buffer | undefined) => (bytes === undefined ? [] : [new MasterKey(bytes)])
  const [current] = read(key)
  return new MasterKeys(() => ({ current, others: read(previous) }), 'Set it.')
}

const columns = ['name', 'mail', 'phone', 'address'] as const
export type Person = Readonly<Record<(typeof columns)[number], string>>

/** Somebody of a brand, each another; the edition is how often the row was written anew. */
export const person = (id: number, edition = 0): Person => ({
  name: `Jane ${id}`,
  mail: `jane${id}.${edition}@shop.example`,
  phone: `+${4_917_000_000_000 + id * 100 + edition}`,
  address: `${id} Way\n12345 Town`,
})

interface Identity {
  readonly brand_id: string
  readonly customer_id: number
  readonly person_ref: string
  readonly key_version: number
  readonly fields: Readonly<Record<string, string>>
}

/** A row of app_private.customer_identities, as the server writes it. */
async function identities(rings: KeyRings, brand: string, people: ReadonlyMap<number, Person>) {
  const { version, key } = await rings.forSealing(brand)
  const lookup = await rings.forLookup(brand)
  const hex = (bytes: Buffer) => `\\x${bytes.toString('hex')}`
  return [...people].map(([id, who]): Identity => {
    const ref = crypto.randomUUID()
    const sealed = columns.map((column) => {
      const bound = { ring: brand, kind: `customer_identities.${column}`, version, ref }
      return [column, hex(seal(key, bound, who[column]))]
    })
    const hash = (kind: 'mail' | 'phone' | 'address' | 'whole', text: string) => [
      `${kind}_hash`,
      hex(keyedHash(lookup, kind, text)),
    ]
    return {
      brand_id: brand,
      customer_id: id,
      person_ref: ref,
      key_version: version,
      fields: Object.fromEntries([
        ...sealed,
        hash('mail', who.mail),
        hash('phone', who.phone),
        hash('address', who.address),
        hash('whole', JSON.stringify(who)),
      ]) as Record<string, string>,
    }
  })
}

const given = `jsonb_to_recordset($1) as g (
    brand_id bigint, customer_id bigint, person_ref uuid, key_version integer, fields jsonb
  )
  cross join jsonb_to_record(g.fields) as f (
    name bytea, mail bytea, phone bytea, address bytea, mail_hash bytea, phone_hash bytea,
    address_hash bytea, whole_hash bytea
  )`

/** New customers of a brand, written by the superuser, from the number on. */
export async function addCustomers(
  superuser: pg.ClientBase,
  rings: KeyRings,
  brand: string,
  { from = 1, count = 1 } = {},
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => from + i)
  for (let at = 0; at < count; at += 5000) {
    const part = new Map(numbers.slice(at, at + 5000).map((id) => [id, person(id)]))
    const rows = JSON.stringify(await identities(rings, brand, part))
    await superuser.query(
      `insert into app_public.customers
         (brand_id, id, name_mask, mail_mask, phone_mask, address_mask, since)
       select g.brand_id, g.customer_id, '***', '***', '***', '***', '2024-01-01'
       from jsonb_to_recordset($1) as g (brand_id bigint, customer_id bigint)`,
      [rows],
    )
    await superuser.query(
      `insert into app_private.customer_identities (
         brand_id, customer_id, person_ref, key_version, name, mail, phone, address, mail_hash,
         phone_hash, address_hash, whole_hash
       )
       select g.brand_id, g.customer_id, g.person_ref, g.key_version, f.*
       from ${given}`,
      [rows],
    )
  }
}

/** Writes one customer anew. */
export async function rewrite(
  superuser: pg.ClientBase,
  rings: KeyRings,
  brand: string,
  id: number,
  who: Person,
): Promise<void> {
  await superuser.query(
    `update app_private.customer_identities as i
     set person_ref = g.person_ref, key_version = g.key_version, name = f.name, mail = f.mail,
       phone = f.phone, address = f.address, mail_hash = f.mail_hash, phone_hash = f.phone_hash,
       address_hash = f.address_hash, whole_hash = f.whole_hash
     from ${given}
     where i.brand_id = g.brand_id and i.customer_id = g.customer_id`,
    [JSON.stringify(await identities(rings, brand, new Map([[id, who]])))],
  )
}

interface Found extends Record<keyof Person, Buffer> {
  readonly customer_id: string
  readonly person_ref: string
  readonly key_version: number
  readonly wrapped: Buffer
  readonly master_key_id: string
}

/** Who the customers are, as app_public.read_person() answers: rows and keys of one snapshot. */
export async function readPeople(
  superuser: pg.ClientBase,
  rings: KeyRings,
  brand: string,
  ids?: readonly number[],
): Promise<Map<number, Person & { readonly version: number }>> {
  const { rows } = await superuser.query<Found>(
    `select i.customer_id, i.person_ref, i.key_version, k.wrapped, k.master_key_id,
       i.name, i.mail, i.phone, i.address
     from app_private.customer_identities as i
     join app_private.data_keys as k
       on k.ring = i.brand_id and k.purpose = 'seal' and k.version = i.key_version
     where i.brand_id = $1 and ($2::bigint[] is null or i.customer_id = any ($2))
     order by i.customer_id`,
    [brand, ids ?? null],
  )
  return new Map(
    rows.map((row) => {
      const { version, key } = rings.unwrapped(
        brand,
        row.key_version,
        row.wrapped,
        row.master_key_id,
      )
      const opened = columns.map((column) => {
        const bound = {
          ring: brand,
          kind: `customer_identities.${column}`,
          version,
          ref: row.person_ref,
        }
        return [column, unseal(key, bound, row[column])]
      })
      const who = Object.fromEntries(opened) as Person
      return [Number(row.customer_id), { ...who, version }]
    }),
  )
}
