import crypto, { type KeyObject } from 'node:crypto'
import { type KeyName, MasterKeys, type Purpose } from './master-key.ts'

/** A connection or a pool, or what stands for one. */
export interface Database {
  query<R extends object>(text: string, values?: unknown[]): Promise<{ rows: R[] }>
}

/** What seals in a ring now, or what one of its rows was sealed with. */
export interface DataKey {
  readonly version: number
  readonly key: KeyObject
}

/** A key as the database has it. */
interface Wrapped {
  readonly purpose: Purpose
  readonly version: number
  readonly wrapped: Buffer
  readonly master_key_id: string
}

/**
 * The data keys of brands, made when they are first needed. Each answer is one question to the
 * database, because another server may have changed the key: ask once for many rows.
 */
export class KeyRings {
  readonly #masterKeys: MasterKeys
  readonly #database: Database
  /** By what they were unwrapped from, which is another for each key there ever was. */
  readonly #unwrapped = new Map<string, KeyObject>()

  constructor(masterKeys: MasterKeys, database: Database) {
    this.#masterKeys = masterKeys
    this.#database = database
  }

  async forSealing(ring: string): Promise<DataKey> {
    return this.#newest(ring, 'seal')
  }

  /** Never another one: it would find nothing of what is there. */
  async forLookup(ring: string): Promise<KeyObject> {
    return (await this.#newest(ring, 'lookup')).key
  }

  /** All that open rows of the ring, by version. */
  async forOpening(ring: string): Promise<ReadonlyMap<number, KeyObject>> {
    const keys = (await this.#read(ring)).filter(({ purpose }) => purpose === 'seal')
    return new Map(
      keys.map(({ version, wrapped, master_key_id }) => [
        version,
        this.unwrapped(ring, version, wrapped, master_key_id).key,
      ]),
    )
  }

  /** A key that came along with the row that it opens. */
  unwrapped(ring: string, version: number, wrapped: Buffer, masterKeyId: string): DataKey {
    return { version, key: this.#unwrap({ ring, purpose: 'seal', version }, wrapped, masterKeyId) }
  }

  /** Makes the ring's next key for sealing, unless another process just did; the newest one. */
  async rotate(ring: string): Promise<DataKey> {
    const { version } = await this.forSealing(ring)
    await this.#make({ ring, purpose: 'seal', version: version + 1 })
    return this.forSealing(ring)
  }

  async #newest(ring: string, purpose: Purpose): Promise<DataKey> {
    const isWanted = (key: Wrapped) => key.purpose === purpose
    let found = (await this.#read(ring)).findLast(isWanted)
    if (found === undefined) {
      await this.#make({ ring, purpose, version: 1 })
      found = (await this.#read(ring)).findLast(isWanted)
    }
    if (found === undefined) throw new Error(`ring ${ring} has no key`)
    const name = { ring, purpose, version: found.version }
    return {
      version: found.version,
      key: this.#unwrap(name, found.wrapped, found.master_key_id),
    }
  }

  /** By version. */
  async #read(ring: string): Promise<Wrapped[]> {
    const { rows } = await this.#database.query<Wrapped>(
      `select k.purpose, k.version, k.wrapped, k.master_key_id
       from app_private.read_data_keys($1) as k order by k.version`,
      [ring],
    )
    return rows
  }

  /** Of two processes at once, one makes it. */
  async #make(name: KeyName): Promise<void> {
    const { rows } = await this.#database.query<{ id: string }>(
      'select m.id from app_private.master_keys_in_use() as m (id)',
    )
    const master = this.#masterKeys.forWrapping(rows.map(({ id }) => id))
    await this.#database.query('select app_private.add_data_key($1, $2, $3, $4, $5)', [
      name.ring,
      name.purpose,
      name.version,
      master.wrap(name, crypto.randomBytes(32)),
      master.id,
    ])
  }

  #unwrap(name: KeyName, wrapped: Buffer, masterKeyId: string): KeyObject {
    const mark = wrapped.toString('latin1')
    const known = this.#unwrapped.get(mark)
    if (known !== undefined) return known
    const key = crypto.createSecretKey(this.#masterKeys.withId(masterKeyId).unwrap(name, wrapped))
    this.#unwrapped.set(mark, key)
    return key
  }
}
