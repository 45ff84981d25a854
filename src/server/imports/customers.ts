import crypto from 'node:crypto'
import type { KeyRings } from '../personal/key-rings.ts'
import { type HashKind, keyedHash } from '../personal/keyed-hash.ts'
import { type KindName, kinds, tidy } from '../personal/kinds.ts'
import { seal } from '../personal/seal.ts'
import { channelNumber, day, required, shopNumber, yesOrNo } from './cells.ts'
import { type CellOf, type ImportKind, RowFault } from './kind.ts'

/** Makes personal data unreadable, and comparable by their hashes. */
export interface Codec {
  readonly version: number
  /** For one column of the row that the ref stands for. */
  seal(column: KindName, ref: string, text: string): Buffer
  hash(kind: HashKind, normalised: string): Buffer
}

/** What customers are prepared with: the codec of their brand as it is now. */
export type CodecNow = () => Promise<Codec>

export const codecOf =
  (rings: KeyRings, ring: string): CodecNow =>
  async () => {
    const { version, key } = await rings.forSealing(ring)
    const lookupKey = await rings.forLookup(ring)
    return {
      version,
      seal: (column, ref, text) =>
        seal(key, { ring, kind: `customer_identities.${column}`, version, ref }, text),
      hash: (kind, normalised) => keyedHash(lookupKey, kind, normalised),
    }
  }

const faults = {
  missing: ['FL914', 'It is missing.'],
  too_long: ['FL915', 'It is too long.'],
  malformed: ['FL915', 'It is not one.'],
} as const

/** One field of the four, as it is kept. */
function personal(cellOf: CellOf, kind: KindName): string {
  const column = `customer_${kind}`
  const text = tidy(required(cellOf, column))
  const fault = kinds[kind].fault(text)
  if (fault === undefined) return text
  const [code, reason] = faults[fault]
  throw new RowFault(column, code, reason)
}

const types = {
  line: 'int8',
  id: 'int8',
  channel: 'int4',
  since: 'date',
  is_account_deleted: 'bool',
  name_mask: 'text',
  mail_mask: 'text',
  phone_mask: 'text',
  address_mask: 'text',
  person_ref: 'uuid',
  key_version: 'int4',
  name: 'bytea',
  mail: 'bytea',
  phone: 'bytea',
  address: 'bytea',
  mail_hash: 'bytea',
  phone_hash: 'bytea',
  address_hash: 'bytea',
  whole_hash: 'bytea',
} as const

export const customers: ImportKind<CodecNow> = {
  name: 'customers',
  columns: [
    {
      name: 'customer_id',
      synonyms: ['id', 'customer', 'customer_number', 'customer_no'],
      required: true,
    },
    { name: 'customer_name', synonyms: ['name', 'full_name'], required: true },
    {
      name: 'customer_mail',
      synonyms: ['mail', 'email', 'e_mail', 'mail_address', 'email_address', 'customer_email'],
      required: true,
    },
    {
      name: 'customer_phone',
      synonyms: ['phone', 'phone_number', 'telephone', 'tel'],
      required: true,
    },
    { name: 'customer_address', synonyms: ['address', 'postal_address'], required: true },
    { name: 'channel', synonyms: ['channel_id', 'acquisition_channel'], required: false },
    { name: 'since', synonyms: ['customer_since'], required: true },
    {
      name: 'is_account_deleted',
      synonyms: ['account_deleted', 'deleted', 'is_deleted'],
      required: false,
    },
  ],
  stage: 'stage_customers',
  table: 'staged_customers',
  types,
  merge: 'merge_customers',
  async prepareFor(codecNow) {
    const codec = await codecNow()
    return (cellOf) => {
      const id = shopNumber(cellOf, 'customer_id')
      const name = personal(cellOf, 'name')
      const mail = personal(cellOf, 'mail')
      const phone = personal(cellOf, 'phone')
      const address = personal(cellOf, 'address')
      const isDeleted =
        cellOf('is_account_deleted') !== undefined && yesOrNo(cellOf, 'is_account_deleted')
      const ref = crypto.randomUUID()
      return {
        id,
        channel: channelNumber(cellOf, 'channel'),
        since: day(cellOf, 'since'),
        is_account_deleted: isDeleted,
        name_mask: kinds.name.mask(name),
        mail_mask: kinds.mail.mask(mail),
        phone_mask: kinds.phone.mask(phone),
        address_mask: kinds.address.mask(address),
        person_ref: ref,
        key_version: codec.version,
        name: codec.seal('name', ref, name),
        mail: codec.seal('mail', ref, mail),
        phone: codec.seal('phone', ref, phone),
        address: codec.seal('address', ref, address),
        mail_hash: codec.hash('mail', kinds.mail.normalise(mail)),
        phone_hash: codec.hash('phone', kinds.phone.normalise(phone)),
        address_hash: codec.hash('address', kinds.address.normalise(address)),
        whole_hash: codec.hash('whole', JSON.stringify([name, mail, phone, address])),
      }
    }
  },
  reason(field, code) {
    if (code === 'FL911') return 'Another customer has it.'
    if (code === 'FL922') return 'An earlier line of this file has it.'
    if (code === 'FL301') return 'It is a day that is yet to come.'
    if (code === 'FL302') return 'The identity of this customer was erased.'
    return field === null ? 'The row cannot be taken.' : 'It cannot be taken.'
  },
}
